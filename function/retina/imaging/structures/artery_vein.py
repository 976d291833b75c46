"""Which vessels are arteries and which veins: one kind for each segment between joints, or none where it is unclear.

A segment's own evidence is the mean of what the network's map says along it; a segment listens to those that it
continues, so that a twig follows its trunk. Sizes are pixels of a copy of the field of view, at most `WORKING_SIDE`
wide.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.preprocessing import Placement
from retina.imaging.skeleton import skeletonise
from retina.imaging.structures.segments import Segments, segments_of

WORKING_SIDE = 1024
"""Longer side of the field of view, in pixels, at which segments are found."""

UNKNOWN, ARTERY, VEIN = 0, 1, 2
"""Values of a map of kinds."""

CERTAIN_LENGTH = 40.0
"""Pixels from which on a segment's length adds nothing to its evidence."""

LISTENING = 0.8
"""How much of the evidence of a segment straight ahead is added to one's own."""

LOUDEST = 2.0
"""Evidence, a logit, that is passed on at most."""

ROUNDS = 6
"""How many segments far evidence travels."""

CLOSEST = 1e-3
"""The map's values are taken to be at least so far from 0 and 1."""

PIECE = 30_000

VESSEL_SHARE = 0.35
"""Share of a pixel of the working copy that must be vessel."""

SURE = 1.5
"""Evidence, a logit, below which a segment has no kind."""

Evidence = NDArray[np.float64]
"""float64[number of segments]: positive for arteries, negative for veins."""

Kinds = NDArray[np.uint8]
"""uint8[H,W]: 0, `ARTERY` or `VEIN`."""


@dataclass(frozen=True)
class WorkingCopy:
    """The field of view at most `WORKING_SIDE` large: `vessels` bool[h,w] and its `skeleton` bool[h,w]."""

    vessels: Mask
    skeleton: Mask


def working_copy(view: FieldOfView, vessels: Mask) -> WorkingCopy:
    """The copy of a vessel mask bool[H,W]."""
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    scale = min(1.0, WORKING_SIDE / max(view.width, view.height))
    size = (max(1, round(view.width * scale)), max(1, round(view.height * scale)))
    native = np.multiply(vessels[window].view(np.uint8), np.uint8(255))
    small = np.asarray(cv2.resize(native, size, interpolation=cv2.INTER_AREA) > 255 * VESSEL_SHARE)
    return WorkingCopy(small, skeletonise(small))


def kinds_of(copy: WorkingCopy, artery: NDArray[np.float32], placement: Placement) -> tuple[Segments, Evidence]:
    """The segments of the vessels and the evidence of each.

    `artery` float32[h/2,w/2] is the network's map of a canvas on which the field of view lies at `placement`.
    """
    segments = segments_of(copy.skeleton)
    rows, columns = np.nonzero(segments.labels)
    if not len(rows):
        return segments, np.zeros(0)
    owners = segments.labels[rows, columns] - 1
    length = np.bincount(owners, minlength=segments.count).astype(np.float64)
    return segments, propagated(
        segments, np.bincount(owners, _along(copy, artery, placement, rows, columns)) / length, length
    )


def _along(
    copy: WorkingCopy,
    artery: NDArray[np.float32],
    placement: Placement,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
) -> NDArray[np.float64]:
    """The map's logit float64[N] at places of the copy; a pixel of the map is two of the canvas's."""
    height, width = copy.skeleton.shape
    x = ((columns + 0.5) * (placement.width / width) + placement.left) / 2 - 0.5
    y = ((rows + 0.5) * (placement.height / height) + placement.top) / 2 - 0.5
    p = np.clip(artery, CLOSEST, 1 - CLOSEST)
    logit = np.asarray(np.log(p / (1 - p)), np.float32)
    x, y = x.astype(np.float32)[:, None], y.astype(np.float32)[:, None]
    # One column, cut into pieces, because OpenCV takes no picture of more than 32,767 rows.
    pieces = [
        cv2.remap(logit, x[i : i + PIECE], y[i : i + PIECE], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for i in range(0, len(rows), PIECE)
    ]
    return np.concatenate(pieces)[:, 0].astype(np.float64)


def propagated(segments: Segments, own: Evidence, length: NDArray[np.float64]) -> Evidence:
    """The evidence of each segment, less for short ones, with that of those it continues."""
    own = own * np.minimum(length / CERTAIN_LENGTH, 1) ** 0.5
    if not segments.meetings:
        return own
    one, other, straight = (np.array(column) for column in zip(*segments.meetings, strict=True))
    weight = LISTENING * straight**4  # at 45 degrees a quarter
    total = own
    for _ in range(ROUNDS):
        heard = np.clip(total, -LOUDEST, LOUDEST)
        sums = np.bincount(one - 1, weight * heard[other - 1], segments.count)
        sums += np.bincount(other - 1, weight * heard[one - 1], segments.count)
        total = own + sums
    return total


def painted(vessels: Mask, segments: Segments, evidence: Evidence, sure: float = SURE) -> Kinds:
    """The kind of each vessel pixel bool[h,w]: that of the nearest segment."""
    kinds = np.concatenate([[UNKNOWN], np.where(evidence > sure, ARTERY, np.where(evidence < -sure, VEIN, UNKNOWN))])
    if not segments.count:
        return np.zeros(vessels.shape, np.uint8)
    apart = (segments.labels == 0).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(apart, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    owner = np.zeros(int(nearest.max()) + 1, np.int32)
    on_line = segments.labels > 0
    owner[nearest[on_line]] = segments.labels[on_line]
    return np.asarray(np.multiply(np.take(kinds.astype(np.uint8)[owner], nearest), vessels.view(np.uint8)), np.uint8)
