"""Asymmetry ratio: how differently wide the two branches of a trunk are."""

from retina.imaging.measurements.branchings import HOW, measured_branchings
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def asymmetry_ratio(observation: Observation) -> float:
    """The mean of (d2 / d1)², with the calibres d1 of the wider and d2 of the narrower branch."""
    found = measured_branchings(observation)
    return float(((found.small / found.large) ** 2).mean())


ASYMMETRY_RATIO = Measurement(
    name="asymmetry_ratio",
    label="asymmetry ratio of branchings",
    symbol="α",
    unit="",
    display=Display(decimals=2, unit=""),
    definition=(
        "How alike the two branches of a trunk are: the square of the narrower one's calibre, divided by the square of "
        f"the wider one's. 1 is symmetrical. {HOW}"
    ),
    source="Zamir, The Journal of General Physiology 72 (1978), doi 10.1085/jgp.72.6.837.",
    minimum=0,
    maximum=1,
    example=0.64,
    scopes=("kind", "region"),
    uses_structures=True,
    measure=asymmetry_ratio,
)
