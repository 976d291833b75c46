"""Calibre: how wide the vessels are, on average and how differently."""

import numpy as np

from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation

_HOW = (
    "Computed on the vessel graph from the probability map: the width of a sharp-edged vessel with the same sum of "
    "probabilities across its line, at points about 0.5 % of the field of view apart."
)


def mean_calibre(observation: Observation) -> float:
    """The mean width of all vessels along their length, in pixels."""
    lines = observation.lines
    return float(np.average(observation.pieces.calibres, weights=lines.weights))


def calibre_deviation(observation: Observation) -> float:
    """The standard deviation of the width along all vessels, in pixels."""
    lines = observation.lines
    off = observation.pieces.calibres - mean_calibre(observation)
    return float(np.sqrt(np.average(off**2, weights=lines.weights)))


MEAN_CALIBRE = Measurement(
    name="mean_calibre",
    label="mean calibre",
    symbol="C",
    unit="px",
    display=Display(decimals=2, unit="px"),
    definition=f"The mean width of all vessels, each part counted by its length. {_HOW}",
    source="The equivalent width of a profile, here that of the probability map across the vessel.",
    minimum=0,
    maximum=None,
    example=6.19,
    scopes=("kind", "region"),
    measure=mean_calibre,
)

CALIBRE_DEVIATION = Measurement(
    name="calibre_deviation",
    label="deviation of calibre",
    symbol="SD(C)",
    unit="px",
    display=Display(decimals=2, unit="px"),
    definition=f"The standard deviation of the width of all vessels, each part counted by its length. {_HOW}",
    source="As the mean calibre.",
    minimum=0,
    maximum=None,
    example=3.4,
    scopes=("kind", "region"),
    measure=calibre_deviation,
)
