"""Type aliases for the arrays of the pipeline. Nothing is computed here."""

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""uint8[H,W,3], red first, 0 to 255."""

Gray = NDArray[np.uint8]
"""uint8[H,W], 0 to 255."""

Mask = NDArray[np.bool_]
"""bool[H,W], true inside (a field of view) or on (a vessel)."""

Canvas = NDArray[np.float32]
"""float32[h,w]: the network's input, or the vessel probability (0 to 1) that it returns."""

ProbabilityMap = NDArray[np.uint16]
"""uint16[H,W] at the photograph's own size, 0 to `CERTAIN`. Takes half the memory of float32; one step is 0.000015."""

CERTAIN = 65_535
"""The value of probability 1 in a `ProbabilityMap`."""
