"""The arrays that travel through the pipeline, named once. Types only: nothing is computed here."""

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""uint8[H,W,3], red first, 0 to 255."""

Gray = NDArray[np.uint8]
"""uint8[H,W], 0 to 255."""

Mask = NDArray[np.bool_]
"""bool[H,W], true inside (a field of view) or on (a vessel)."""

Canvas = NDArray[np.float32]
"""float32[h,w]: what the network takes, or the probability, 0 to 1, that it gives."""

ProbabilityMap = NDArray[np.uint16]
"""uint16[H,W] at a photograph's own size, 0 to `CERTAIN`: half the memory of floating point, steps of 0.000015."""

CERTAIN = 65_535
"""The probability 1 in a `ProbabilityMap`."""
