"""Branching angle: how far the two vessels into which a trunk divides lead apart."""

from retina.imaging.measurements.branchings import HOW, measured_branchings
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def branching_angle(observation: Observation) -> float:
    """The mean angle between the two branches of a trunk, in degrees."""
    return float(measured_branchings(observation).angles.mean())


BRANCHING_ANGLE = Measurement(
    name="branching_angle",
    label="branching angle",
    symbol="θ",
    unit="°",
    display=Display(decimals=1, unit="°"),
    definition=f"The angle between the two vessels into which a trunk divides. {HOW}",
    source="Murray, The Journal of General Physiology 9 (1926), doi 10.1085/jgp.9.6.835.",
    minimum=0,
    maximum=180,
    example=84.0,
    scopes=("kind", "region"),
    uses_structures=True,
    measure=branching_angle,
)
