"""Branching: how many branch points and ends the vessels have."""

import numpy as np

from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def branch_points(observation: Observation) -> float:
    """The number of nodes where three segments or more meet, without crossings of arteries with veins if known."""
    return float(np.count_nonzero(observation.joints.branches))


def branch_point_density(observation: Observation) -> float:
    """Branch points per million pixels of the field of view."""
    return branch_points(observation) / observation.area * 1e6


def end_points(observation: Observation) -> float:
    """The number of nodes where one segment ends."""
    return float(np.count_nonzero(observation.joints.ends))


_BRANCH_POINT = (
    "Computed on the vessel graph, from which spurs shorter than the vessel is wide are removed, and in which joints "
    "nearer to each other than half the vessel's width are one. Crossings of vessels are counted, too, as one or two; "
    "if arteries and veins were asked for, crossings of an artery with a vein are not: compare photographs that were "
    "both measured in the same way."
)

BRANCH_POINTS = Measurement(
    name="branch_points",
    label="branch points",
    symbol="N(B)",
    unit="",
    display=Display(decimals=0, unit=""),
    definition=f"The number of places where vessels branch. {_BRANCH_POINT}",
    source="Junctions of the skeleton.",
    minimum=0,
    maximum=None,
    example=187,
    scopes=("kind", "region"),
    uses_structures=True,
    measure=branch_points,
)

BRANCH_POINT_DENSITY = Measurement(
    name="branch_point_density",
    label="branch point density",
    symbol="BD",
    unit="1/megapixel",
    display=Display(decimals=0, unit="per megapixel"),
    definition=(
        f"Branch points per million pixels of the field of view. {_BRANCH_POINT} It falls as the photograph's "
        "resolution rises: compare photographs of one camera."
    ),
    source="Junctions of the skeleton.",
    minimum=0,
    maximum=None,
    example=122,
    scopes=("kind", "region"),
    uses_structures=True,
    measure=branch_point_density,
)

END_POINTS = Measurement(
    name="end_points",
    label="end points",
    symbol="N(E)",
    unit="",
    display=Display(decimals=0, unit=""),
    definition=(
        "The number of places where a vessel ends: where it can no longer be seen, leaves the field of view, or is "
        "interrupted. Computed on the vessel graph."
    ),
    source="Ends of the skeleton.",
    minimum=0,
    maximum=None,
    example=248,
    scopes=("kind", "region"),
    uses_structures=True,
    measure=end_points,
)
