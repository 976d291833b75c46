"""The optic disc: an ellipse round where the network sees it, or the reason why there is none.

It is fitted to the corners of the hull round the seen part. A straight cut has no corners but its ends, so that the
ellipse goes on beyond the photograph's edge; the round edge of a field of view has many, and passes for a rim.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

THRESHOLD = 0.5
SMALLEST, LARGEST = 0.05, 0.4
"""Diameter of a disc as a share of the field of view's width; discs in photographs of 30 to 60 degrees are .1 to .2."""

SURE = 0.85
"""The lowest confidence of a disc. Right ones had .90 and more on train photographs, halved ones too; where none was in
view, the rest of a rim at the edge of a crop had .73 to .92 (models/EXPERIMENTS.md, 30)."""

NOT_IN_VIEW = "No optic disc is in view."


@dataclass(frozen=True)
class Disc:
    """An ellipse in pixels, centre (x, y); `long` and `short` are its axes, `angle` that of the long one, in degrees
    clockwise from the row, 0 to 180. `confidence` is the mean probability inside.
    """

    x: float
    y: float
    long: float
    short: float
    angle: float
    confidence: float

    @property
    def diameter(self) -> float:
        """Of the circle of the same area, in pixels."""
        return float(np.sqrt(self.long * self.short))


def disc_of(probability: NDArray[np.float32], width: float) -> Disc | None:
    """The disc in `probability` float32[h,w], whose field of view is `width` pixels wide; None if none is in view."""
    # Twice as large, so that the contour lies between the pixels.
    fine = cv2.resize(probability, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    count, labels, _, _ = cv2.connectedComponentsWithStats((fine > THRESHOLD).astype(np.uint8))
    if count < 2:
        return None
    mass = np.bincount(labels.ravel(), fine.ravel(), count)
    mass[0] = 0
    region = (labels == int(np.argmax(mass))).astype(np.uint8)
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = cv2.convexHull(max(contours, key=len))
    if len(outline) < 5:
        return None
    (x, y), (short, long), angle = cv2.fitEllipse(outline)
    if short > long:
        short, long, angle = long, short, angle + 90
    # Contours run through the centres of the outermost pixels.
    disc = Disc(
        (x + 0.5) / 2 - 0.5,
        (y + 0.5) / 2 - 0.5,
        (long + 1) / 2,
        (short + 1) / 2,
        (angle + 90) % 180,
        float(fine[region > 0].mean()),
    )
    likely = SMALLEST * width <= disc.diameter <= LARGEST * width and disc.confidence >= SURE
    return disc if likely else None
