"""The gate: whether a photograph looks like one of a retina.

`fundus_like` takes RGB uint8[H,W,3] and its field of view, and looks at the colour and texture inside. It knows nothing
of the vessels.
"""

import cv2
import numpy as np

from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import FieldOfView, search_copy


def fundus_like(rgb: Rgb, view: FieldOfView) -> bool:
    """Whether the colour and texture inside the field of view could be a retina's.

    Inside a disc gray is accepted (red-free photographs), and only a foreign hue or a texture that is too flat or too
    harsh is rejected. Without a disc the colour must be a retina's red to orange. The bounds lie between retina
    photographs and the everyday ones of scikit-image's collection.
    """
    small = search_copy(rgb)
    inside = cv2.resize(view.mask(rgb.shape[:2]).view(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    if min(small.shape[:2]) < 32 or inside.sum() < 0.05 * inside.size:
        return False
    core = cv2.erode(inside, np.ones((9, 9), np.uint8)).view(np.bool_)
    if not core.any():
        return False
    red, green, blue = (small[..., i][core][::4].astype(np.float32) for i in range(3))
    reddish = float((red >= green - 3).mean())
    yellowish = float((green >= blue - 3).mean())
    smooth = cv2.GaussianBlur(small[..., 1].astype(np.float32), (0, 0), 1)
    detail = np.abs(smooth - cv2.GaussianBlur(smooth, (0, 0), 5))[core]
    texture = float(detail.mean() / (smooth[core].mean() + 1))
    brightest = np.maximum(np.maximum(red, green), blue)
    saturation = float(np.median((brightest - np.minimum(np.minimum(red, green), blue)) / (brightest + 1)))
    if view.frame == "disc":
        return reddish >= 0.7 and 0.004 <= texture <= 0.12
    return reddish >= 0.95 and yellowish >= 0.9 and saturation >= 0.5 and 0.004 <= texture <= 0.06
