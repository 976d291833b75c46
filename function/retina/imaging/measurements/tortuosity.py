"""Tortuosity: how much longer the vessels are than the straight way."""

import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.smoothing import Lines
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import TOO_FEW, Observation, UnmeasurableError

SHORTEST = 0.02
"""Length of a segment that is counted, in widths of the field of view; shorter ones have no shape of their own."""

NEAREST = 0.2
"""Chord per length below which a segment is a ring, or as good as one: it would outweigh all others."""


def long_segments(observation: Observation) -> tuple[Lines, NDArray[np.bool_]]:
    """The lines, and which of them are counted, bool[S]: rings, near rings and short ones are not.

    Raises `UnmeasurableError` if none is left.
    """
    lines, side = observation.lines, observation.view.side
    counted = (lines.lengths >= SHORTEST * side) & (lines.chords >= NEAREST * lines.lengths)
    if not counted.any():
        raise UnmeasurableError(TOO_FEW)
    return lines, counted


def tortuosity(observation: Observation) -> float:
    """Length per chord of the segments, their mean by length."""
    lines, counted = long_segments(observation)
    lengths, chords = lines.lengths[counted], lines.chords[counted]
    return float(np.average(np.maximum(lengths / np.maximum(chords, 1e-9), 1), weights=lengths))


TORTUOSITY = Measurement(
    name="tortuosity",
    label="tortuosity",
    symbol="τ",
    unit="",
    display=Display(decimals=3, unit=""),
    definition=(
        "How much longer a vessel is than the straight line between its ends: length per chord of each segment between "
        "branch points and ends, the mean by length. Segments shorter than 2 % of the field of view, and those that "
        "are as good as rings, with a chord of less than a fifth of their length, are not counted. 1 is straight."
    ),
    source="Arc over chord, Hart et al. 1999, doi 10.1016/S1386-5056(98)00163-4.",
    minimum=1,
    maximum=None,
    example=1.038,
    scopes=("kind", "region"),
    measure=tortuosity,
)
