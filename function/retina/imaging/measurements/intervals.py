"""An interval for each measurement: what it would be if the network were a little more, or a little less, sure.

The photograph is measured again with the vessel masks at a lower and at a higher threshold. The interval reaches from
the least to the greatest of the three values. How often it contains the value from a mask that a person drew:
docs/measurements.md.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import Measurements, measure
from retina.imaging.segmentation import over

SHIFT = 1.0
"""By how much the log-odds of the threshold are lowered and raised: .5 becomes .27 and .73."""

Interval = tuple[float, float]
Intervals = dict[str, Interval | None]
"""Least and greatest value by name of measurement; None where there is no value, or the mask makes no difference."""


def thresholds_around(threshold: float, shift: float = SHIFT) -> tuple[float, float]:
    """The lower and the higher threshold, 0 to 1."""
    if not 0 < threshold < 1:
        return threshold, threshold
    odds = math.log(threshold / (1 - threshold))
    return 1 / (1 + math.exp(shift - odds)), 1 / (1 + math.exp(-shift - odds))


def measured_intervals(observation: Observation, threshold: float, values: Measurements) -> Intervals:
    """Those of `values`, which were measured on `observation` at `threshold`.

    Arteries and veins are those found at `threshold`: a vessel that is only there at the lower one is of unknown kind.
    """
    probability = observation.probability
    if probability is None:
        return dict.fromkeys(values)
    others = [
        measure(replace(observation, vessels=over(probability, each))).values for each in thresholds_around(threshold)
    ]
    return {name: _interval(name, value, others) for name, value in values.items()}


def _interval(name: str, value: float | None, others: Sequence[Measurements]) -> Interval | None:
    found = [value, *(each[name] for each in others)]
    known = [each for each in found if each is not None]
    if value is None or len(known) < len(found):
        return None
    low, high = min(known), max(known)
    return (low, high) if low < high else None
