"""Whether a picture has bright lines, as an angiogram or a negative shows vessels.

Brightness falls off steeply to both sides of a line and hardly along it: of the two eigenvalues of its Hessian one is
strongly negative and the other small (Frangi et al. 1998, doi 10.1007/BFb0056195). A blurred optic disc falls off to
all sides, and only slowly.
"""

import cv2
import numpy as np

from retina.imaging.reduction import Reduction

WIDTH = 2.0
"""Standard deviation in pixels of the halved reduction at which lines are looked for: main vessels are 3 to 6 wide."""

CURVED = 0.5
"""Gray levels per square pixel: the least of a line's second derivative across, with its sign changed."""

STRAIGHT = 0.5
"""The most of the other eigenvalue, as a share of that."""

RIM = 20
"""Width in pixels of the rim that is left out: blurred, the field's edge is a bright line."""

SHARE = 0.06
"""Of the field of view, covered by bright lines. Photographs turned into angiograms have .105 to .25, blurred retinas
up to .043 (models/EXPERIMENTS.md, 44).
"""


def has_bright_lines(reduction: Reduction) -> bool:
    """Whether bright lines cover at least `SHARE` of the field of view."""
    return bright_share(reduction) >= SHARE


def bright_share(reduction: Reduction) -> float:
    """Which share of the field of view, 0 to 1, bright lines cover."""
    half = reduction.halved()
    inside = half.core(RIM) > 0
    green = cv2.GaussianBlur(cv2.extractChannel(half.rgb, 1).astype(np.float32), (0, 0), WIDTH)
    across, down, both = (
        np.asarray(cv2.Sobel(green, cv2.CV_32F, dx, dy, scale=0.25), np.float32) for dx, dy in ((2, 0), (0, 2), (1, 1))
    )
    mean, apart = (across + down) / 2, np.hypot((across - down) / 2, both)
    strong, weak = apart - mean, apart + mean  # minus the smaller eigenvalue, and the larger one
    lines = (strong > CURVED) & (np.abs(weak) < STRAIGHT * strong) & inside
    return int(np.count_nonzero(lines)) / max(1, int(np.count_nonzero(inside)))
