"""Distribution of the calibre: how wide the narrow, the middling and the wide vessels are."""

from collections.abc import Callable

import numpy as np

from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def calibre_percentile(percent: float) -> Callable[[Observation], float]:
    """What measures the calibre in pixels that so many per cent of the vessels' length do not exceed."""

    def measure(observation: Observation) -> float:
        lines, calibres = observation.lines, observation.pieces.calibres
        order = np.argsort(calibres)
        weights = lines.weights[order]
        # Each point stands for the stretch on both its sides, whose middle it is.
        reached = np.cumsum(weights) - weights / 2
        return float(np.interp(percent / 100 * weights.sum(), reached, calibres[order]))

    return measure


def _described(percent: int, name: str, label: str, symbol: str, definition: str, example: float) -> Measurement:
    return Measurement(
        name=name,
        label=label,
        symbol=symbol,
        unit="px",
        display=Display(decimals=2, unit="px"),
        definition=f"{definition} Computed on the same calibres as their mean, each part counted by its length.",
        source="Percentiles weighted by length.",
        minimum=0,
        maximum=None,
        example=example,
        scopes=("kind", "region"),
        measure=calibre_percentile(percent),
    )


CALIBRE_P10 = _described(
    10,
    "calibre_p10",
    "10th percentile of calibre",
    "C₁₀",
    "A tenth of the vessels, by length, are not wider than this.",
    2.9,
)
CALIBRE_MEDIAN = _described(
    50,
    "calibre_median",
    "median calibre",
    "C₅₀",
    "Half of the vessels, by length, are not wider than this.",
    5.3,
)
CALIBRE_P90 = _described(
    90,
    "calibre_p90",
    "90th percentile of calibre",
    "C₉₀",
    "Nine tenths of the vessels, by length, are not wider than this.",
    10.8,
)
