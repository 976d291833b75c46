"""Exchanges: where damage makes a decoder skip a sample, so that the colours below are those of other channels.

Lossless JPEG and files without compression store red, green and blue in turn. If a damaged code hides one of them, or
bytes are inserted or missing, each of the following values goes to another channel, and a retina is green or blue from
there on.
"""

import numpy as np
from numpy.typing import NDArray

from retina.imaging.decoding.depths import STRIP

APART = 2
"""How many rows apart are compared: the damaged row belongs to both colours."""

DARK = 24
"""Pixels with no brighter channel show no colours."""

COLUMNS = 256
"""About so many columns are compared; more would take longer and show no more."""

LEAST = 0.05
"""Share of a row that must be brighter."""

JUMP, FIT = 16.0, 4.0
"""The mean difference of two rows is at least JUMP, and FIT times the one with the channels exchanged, plus one."""

FLAT = 3.0
"""Standard deviation along a row. A row of one colour, such as a bar above the photograph, may be of any colour."""

EXCHANGES = [1, 2, 0], [2, 0, 1]


def demand_no_exchanges(pixels: NDArray[np.uint8]) -> None:
    """Raise `ValueError` if the channels of uint8[H,W,3] are exchanged from some row on.

    Rows of a photograph resemble those above them in the same channels; in others never more.
    """
    thinned = pixels[:, :: max(1, pixels.shape[1] // COLUMNS)]
    for top in range(0, len(thinned), STRIP):
        strip = thinned[top : top + STRIP + APART].astype(np.int16)
        above, below = strip[:-APART], strip[APART:]
        lit = np.minimum(above, below).max(axis=2) > DARK
        number = np.maximum(lit.sum(axis=1), 1) * 3
        jump = (np.abs(above - below).sum(axis=2) * lit).sum(axis=1) / number
        rows = np.flatnonzero((jump >= JUMP) & (lit.mean(axis=1) > LEAST))
        for row in rows:
            here = lit[row]
            if min(above[row, here].std(axis=0).max(), below[row, here].std(axis=0).max()) < FLAT:
                continue
            for order in EXCHANGES:
                if jump[row] >= FIT * (np.abs(above[row, here] - below[row, here][:, order]).mean() + 1):
                    raise ValueError("the channels are exchanged from some row on")
