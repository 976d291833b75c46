"""What the figures of branchings have in common: which branchings are measured, and how."""

from retina.imaging.graph.joints import Branchings
from retina.imaging.measurements.observation import Observation, UnmeasurableError

LEAST = 3
"""How many there must be for a mean."""

TOO_FEW_BRANCHINGS = "Fewer than three branchings could be measured."

HOW = (
    "The mean of all branch points of three segments that are each at least 2 % of the field of view long. Calibres "
    "and directions are those of the first 2 % beyond the widest vessel's edge; the widest of the three is taken for "
    "the trunk. If arteries and veins were asked for, joints of an artery with a vein are not counted."
)


def measured_branchings(observation: Observation) -> Branchings:
    """Those of `observation`. Raises `UnmeasurableError` if there are too few."""
    found = observation.joints.branchings
    if len(found.nodes) < LEAST:
        raise UnmeasurableError(TOO_FEW_BRANCHINGS)
    return found
