"""Tortuosity density: how often and how strongly vessels turn to the other side."""

import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.smoothing import Lines
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.tortuosity import long_segments

LEAST_TURN = 0.1
"""Radians that a turn must have in all to count as one; less is the unsteadiness of a straight line."""


def tortuosity_density(observation: Observation) -> float:
    """Grisan's density of the segments, their mean by length, times 1,000, per pixel."""
    lines, counted = long_segments(observation)
    return 1000 * float(np.average(densities(lines)[counted], weights=lines.lengths[counted]))


def densities(lines: Lines) -> NDArray[np.float64]:
    """Grisan's density float64[S] of each line, per pixel.

    A line is cut where its curvature changes sign, into n arcs. The density is (n - 1) / n times the sum over the arcs
    of length per chord less 1, divided by the line's length.
    """
    cuts = _turns(lines)
    first = np.sort(np.concatenate([lines.bounds[:-1], cuts]))
    owner = lines.owners[first]
    number = np.bincount(owner, minlength=len(lines))
    # An arc ends where the next one starts; the last of a line at its last point.
    last = np.where(np.append(owner[1:] == owner[:-1], False), np.append(first[1:], 0), lines.bounds[owner + 1] - 1)
    lengths = lines.along[last] - lines.along[first]
    chords = np.hypot(*(lines.points[last] - lines.points[first]).T)
    excess = np.bincount(owner, np.maximum(lengths / np.maximum(chords, 1e-9) - 1, 0), len(lines))
    return np.asarray((number - 1) / number * excess / np.maximum(lines.lengths, 1e-9))


def _turns(lines: Lines) -> NDArray[np.int64]:
    """The points where a line begins to turn to the other side: halfway between its two turns."""
    turning = lines.curvatures * lines.weights
    side = np.sign(turning)
    begins = np.ones(len(side), np.bool_)
    begins[1:] = side[1:] != side[:-1]
    begins[lines.bounds[:-1]] = True
    starts = np.flatnonzero(begins)
    if not len(starts):
        return starts
    total, ends = np.add.reduceat(turning, starts), np.append(starts[1:], len(turning)) - 1
    turns = np.abs(total) >= LEAST_TURN
    starts, ends, sign, owner = starts[turns], ends[turns], np.sign(total[turns]), lines.owners[starts[turns]]
    changes = (owner[1:] == owner[:-1]) & (sign[1:] != sign[:-1])
    return np.asarray(((ends[:-1] + starts[1:] + 1) // 2)[changes], np.int64)


TORTUOSITY_DENSITY = Measurement(
    name="tortuosity_density",
    label="tortuosity density",
    symbol="TD",
    unit="1/(1000 px)",
    display=Display(decimals=3, unit="per 1,000 px"),
    definition=(
        "How often and how strongly vessels turn from one side to the other. Each segment is cut into n arcs where "
        "its curvature changes sign; the value is (n - 1)/n times the sum over the arcs of length per chord less 1, "
        "divided by the segment's length, in thousandths per pixel; the mean by length. Turns of less than 0.1 "
        "radians are not counted, nor segments that are not counted for the tortuosity. It falls as the photograph's "
        "resolution rises: compare photographs of one camera."
    ),
    source="Grisan et al. 2008, doi 10.1109/TMI.2007.904657.",
    minimum=0,
    maximum=None,
    example=0.16,
    scopes=("kind", "region"),
    measure=tortuosity_density,
)
