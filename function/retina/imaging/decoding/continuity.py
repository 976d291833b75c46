"""Continuity: rows of a photograph resemble those above them. In files without checksums and without compression that
is all that shows whether bytes were inserted, removed or replaced.
"""

import numpy as np

from retina.imaging.arrays import Rgb
from retina.imaging.decoding.depths import Strips
from retina.imaging.decoding.exchanges import APART, demand_no_exchanges
from retina.imaging.decoding.gaps import has_gap
from retina.imaging.decoding.steps import OVERLAP, is_stepped_in_rows


def continuous(strips: Strips, *, upwards: bool = False) -> Strips:
    """The `strips`, uint8[h,W,3], of uncompressed pixels, each once it is known to continue those above it.

    Raises `ValueError` if from some place on pixels are elsewhere or in other channels, or if rows are missing.
    `upwards`: the file begins with the lowest row. A gap may reach from one strip into the next, and no farther.
    """
    above: Rgb | None = None
    for strip in strips:
        rows = strip if above is None else np.concatenate([above, strip])
        near = rows[-len(strip) - max(OVERLAP, APART) :]
        if is_stepped_in_rows(near[::-1] if upwards else near) or has_gap(rows):
            raise ValueError("pixels do not continue those above them")
        demand_no_exchanges(near)
        yield strip
        above = strip.copy()
