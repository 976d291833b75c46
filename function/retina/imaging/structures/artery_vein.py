"""Which vessels are arteries and which veins: one kind for each segment between joints, or none where it is unclear.

A classifier reads the evidence from a segment's mean appearance; a segment listens to those that it continues, so that
a twig follows its trunk. Sizes are pixels of a copy of the field of view at most `WORKING_SIDE` wide.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask, Rgb
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.model_card import CanvasSize
from retina.imaging.preprocessing import Placement
from retina.imaging.skeleton import skeletonise
from retina.imaging.structures.appearance import features_of, mean_features
from retina.imaging.structures.classifier import Classifier
from retina.imaging.structures.preparation import Channels, prepare_colour
from retina.imaging.structures.segments import Segments, segments_of

WORKING_SIDE = 1024
"""Longer side of the field of view, in pixels, at which segments are found."""

UNKNOWN, ARTERY, VEIN = 0, 1, 2
"""Values of a map of kinds."""

CERTAIN_LENGTH = 40.0
"""Pixels from which on a segment's length adds nothing to its evidence."""

LISTENING = 1.0
"""How much of the evidence of a segment straight ahead is added to one's own."""

LOUDEST = 2.0
"""Evidence, a logit, that is passed on at most."""

ROUNDS = 6
"""How many segments far evidence travels."""

VESSEL_SHARE = 0.35
"""Share of a pixel of the working copy that must be vessel."""

SURE = 1.0
"""Evidence, a logit, below which a segment has no kind."""

Evidence = NDArray[np.float64]
"""float64[number of segments]: positive for arteries, negative for veins."""

Kinds = NDArray[np.uint8]
"""uint8[H,W]: 0, `ARTERY` or `VEIN`."""


@dataclass(frozen=True)
class WorkingCopy:
    """The field of view at most `WORKING_SIDE` large: `vessels` bool[h,w], its `skeleton` bool[h,w], and `channels`
    float32[h,w,4] of `preparation`.
    """

    vessels: Mask
    skeleton: Mask
    channels: Channels


def working_copy(rgb: Rgb, view: FieldOfView, vessels: Mask) -> WorkingCopy:
    """The copy of a photograph uint8[H,W,3] with its vessel mask bool[H,W]."""
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    scale = min(1.0, WORKING_SIDE / max(view.width, view.height))
    size = (max(1, round(view.width * scale)), max(1, round(view.height * scale)))
    canvas = CanvasSize(height=size[1], width=size[0], field_of_view_width_up_to=None)
    native = np.multiply(vessels[window].view(np.uint8), np.uint8(255))
    small = np.asarray(cv2.resize(native, size, interpolation=cv2.INTER_AREA) > 255 * VESSEL_SHARE)
    return WorkingCopy(small, skeletonise(small), prepare_colour(rgb, view, Placement(canvas, 0, 0, *size)))


def kinds_of(copy: WorkingCopy, classifier: Classifier) -> tuple[Segments, Evidence]:
    """The segments of the vessels and the evidence of each."""
    segments = segments_of(copy.skeleton)
    lines = segments.labels > 0
    owners = segments.labels[lines] - 1
    length = np.bincount(owners, minlength=segments.count).astype(np.float64)
    features = features_of(copy.channels, copy.vessels, lines)
    return segments, propagated(segments, classifier(mean_features(features, owners, segments.count)), length)


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
