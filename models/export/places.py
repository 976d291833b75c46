"""Draw the places at which a narrower network is fitted to the wide one: on vessels, along the rim and elsewhere.

Takes windows float32[h,w], 0 outside the field of view, and the network's logits for them. Returns indices of places
for each scale and window. Most of a photograph is background, so places drawn evenly would hardly meet a thin vessel.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.export.folded import Floats, Maps
from retina.imaging.arrays import Canvas

PLACES, VESSEL, RIM = 24_000, 0.4, 0.3
"""Places a scale that a convolution is fitted at, and which shares of them lie on vessels and along the rim of the
field of view. Without the rim, the narrow network draws it as a vessel."""
REACH = 12
"""Pixels on either side of the rim that count as such."""

Places = Sequence[NDArray[np.intp]]
"""For each window the places to fit at, as indices into the flattened map."""


def draw_places(
    windows: Sequence[Canvas], given: Maps, levels: int, random: np.random.Generator
) -> list[list[NDArray[np.intp]]]:
    """The `Places` for each scale, from half the size of the windows on; `given` are the network's logits for them."""
    kinds = [_kinds(window, logit[..., 0]) for window, logit in zip(windows, given, strict=True)]
    shares = {_VESSEL: VESSEL, _RIM: RIM, _BACKGROUND: 1 - VESSEL - RIM}
    found = []
    for _ in range(levels):
        kinds = [kind.reshape(kind.shape[0] // 2, 2, -1, 2).max(axis=(1, 3)) for kind in kinds]
        every = np.concatenate([kind.ravel() for kind in kinds])
        drawn = [
            random.permutation(np.flatnonzero(every == kind))[: round(share * PLACES)] for kind, share in shares.items()
        ]
        chosen = np.sort(np.concatenate(drawn))
        starts = np.cumsum([0, *(kind.size for kind in kinds[:-1])])
        parts = np.split(chosen, np.searchsorted(chosen, starts[1:]))
        found.append([part - start for part, start in zip(parts, starts, strict=True)])
    return found


_OUTSIDE, _BACKGROUND, _RIM, _VESSEL = range(4)


def _kinds(window: Canvas, logit: Floats) -> NDArray[np.uint8]:
    """What each pixel is, uint8[h,w]."""
    outside = cv2.morphologyEx((window == 0).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    around = np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8)
    kinds = np.where(outside > 0, _OUTSIDE, np.where(logit > 0, _VESSEL, _BACKGROUND))
    kinds[cv2.morphologyEx(outside, cv2.MORPH_GRADIENT, around) > 0] = _RIM
    return kinds.astype(np.uint8)
