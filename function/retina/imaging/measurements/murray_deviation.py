"""Deviation from Murray's law, by which the cubes of the branches' calibres add up to that of their trunk."""

from retina.imaging.measurements.branchings import HOW, measured_branchings
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def murray_deviation(observation: Observation) -> float:
    """The mean of 1 - (d1³ + d2³) / d0³, with the calibres d1, d2 of the branches and d0 of the trunk."""
    found = measured_branchings(observation)
    return float((1 - (found.large**3 + found.small**3) / found.trunk**3).mean())


MURRAY_DEVIATION = Measurement(
    name="murray_deviation",
    label="deviation from Murray's law",
    symbol="ΔM",
    unit="",
    display=Display(decimals=2, unit=""),
    definition=(
        "1 less the sum of the cubes of the two branches' calibres per cube of the trunk's: 0 follows Murray's law, "
        f"more are branches too narrow for their trunk, less than 0 too wide. {HOW}"
    ),
    source=(
        "Murray, PNAS 12 (1926), doi 10.1073/pnas.12.3.207; for the retina Chapman et al., Clinical Science 103 "
        "(2002), doi 10.1042/cs1030111, who take the cube root of this deviation, which scatters where it is small."
    ),
    minimum=-1,
    maximum=1,
    example=0.02,
    scopes=("kind", "region"),
    uses_structures=True,
    measure=murray_deviation,
)
