"""Squared curvature: how sharply the vessels bend, sharp bends counting most."""

from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def squared_curvature(observation: Observation) -> float:
    """The mean of the squared curvature along all vessels, times 1,000, in radians squared per square pixel."""
    lines = observation.lines
    return 1000 * float((lines.curvatures**2 * lines.weights).sum() / lines.lengths.sum())


SQUARED_CURVATURE = Measurement(
    name="squared_curvature",
    label="squared curvature",
    symbol="κ²",
    unit="1/(1000 px²)",
    display=Display(decimals=3, unit="per 1,000 px²"),
    definition=(
        "The mean of the squared curvature (1 over the radius of the bend) along all vessels, in thousandths per "
        "square pixel. Computed on centre lines smoothed by a Gaussian of 0.3 % of the field of view. It falls as the "
        "photograph's resolution rises: compare photographs of one camera."
    ),
    source="Total squared curvature per length, Hart et al. 1999, doi 10.1016/S1386-5056(98)00163-4.",
    minimum=0,
    maximum=None,
    example=0.31,
    scopes=("kind", "region"),
    measure=squared_curvature,
)
