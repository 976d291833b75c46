"""Branching coefficient: how the cross-section of the branches compares with that of their trunk."""

from retina.imaging.measurements.branchings import HOW, measured_branchings
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def branching_coefficient(observation: Observation) -> float:
    """The mean of (d1² + d2²) / d0², with the calibres d1, d2 of the branches and d0 of the trunk."""
    found = measured_branchings(observation)
    return float(((found.large**2 + found.small**2) / found.trunk**2).mean())


BRANCHING_COEFFICIENT = Measurement(
    name="branching_coefficient",
    label="branching coefficient",
    symbol="β",
    unit="",
    display=Display(decimals=2, unit=""),
    definition=(
        "How much larger the cross-section of the two branches is, together, than that of their trunk: the sum of the "
        f"squares of the branches' calibres, divided by the square of the trunk's. 1.26 costs least work. {HOW}"
    ),
    source="The area ratio of Zamir, The Journal of General Physiology 72 (1978), doi 10.1085/jgp.72.6.837.",
    minimum=0,
    maximum=2,
    example=1.24,
    scopes=("kind", "region"),
    uses_structures=True,
    measure=branching_coefficient,
)
