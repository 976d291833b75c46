"""Crossings: in how many places an artery and a vein cross."""

from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def crossings(observation: Observation) -> float:
    """The number of places where an artery and a vein cross. Raises `UnmeasurableError` if kinds are not known."""
    _ = observation.segment_kinds
    return float(len(observation.joints.crossings))


CROSSINGS = Measurement(
    name="crossings",
    label="crossings of arteries and veins",
    symbol="N(X)",
    unit="",
    display=Display(decimals=0, unit=""),
    definition=(
        "The number of places where an artery and a vein cross. Computed on the vessel graph: joints of four segments, "
        "or two joints of three nearer to each other than five times the vessel's width, whose segments can be paired "
        "into one artery and one vein, with at least three of the four told apart. Measured only if arteries and "
        "veins were asked for."
    ),
    source="Junctions of the skeleton, and the kinds of the vessels that meet there.",
    minimum=0,
    maximum=None,
    example=21,
    uses_structures=True,
    measure=crossings,
)
