"""The quick ways to prepare colours and to find directions give what the plain ways give."""

from collections import defaultdict
from itertools import combinations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from retina.imaging.arrays import Mask
from retina.imaging.skeleton import skeletonise
from retina.imaging.structures.preparation import BACKGROUND, CLIP, FAINTEST, channels
from retina.imaging.structures.segments import REACH, segments_of


def plain_channels(red_green: NDArray[np.float32], inside: Mask) -> NDArray[np.float32]:
    """As the docstring of `preparation` says it, on both channels at once."""
    size = (inside.shape[1] // 4, inside.shape[0] // 4)
    weight = inside.astype(np.float32)
    lit = cv2.resize(red_green * weight[..., None], size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    sigma = BACKGROUND * size[0]
    light = cv2.GaussianBlur(lit, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(share, (0, 0), sigma), 1e-3)[..., None]
    flat = red_green - cv2.resize(light, inside.shape[::-1], interpolation=cv2.INTER_LINEAR)
    found = []
    for values in (red_green, flat):
        seen = values[inside]
        scaled = (values - seen.mean(axis=0)) / np.maximum(seen.std(axis=0), FAINTEST)
        found.append(np.clip(scaled, -CLIP, CLIP) * inside[..., None])
    return np.concatenate(found, axis=2)


@pytest.mark.parametrize("shape", [(403, 512), (300, 300)])
def test_channels(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(2)
    noise = random.uniform(0, 255, (*shape, 2)).astype(np.float32)
    red_green = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.float32)
    inside = cv2.circle(np.zeros(shape, np.uint8), (shape[1] // 2, shape[0] // 2), 140, (1,), cv2.FILLED).view(np.bool_)
    found = channels(red_green, inside)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    assert np.abs(found - plain_channels(red_green, inside)).max() < 2e-3


def plain_meetings(labels: NDArray[np.int32], joints: NDArray[np.uint8]) -> list[tuple[int, int, float]]:
    """Place by place."""
    _, numbers = cv2.connectedComponents(joints, connectivity=8)
    near = cv2.dilate(numbers.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
    directions: dict[int, dict[int, NDArray[np.float64]]] = defaultdict(dict)
    for row, column in np.argwhere((labels > 0) & (near > 0)):
        segment, joint = int(labels[row, column]), int(near[row, column])
        away = np.argwhere(labels == segment) - (row, column)
        close = away[(np.abs(away) <= REACH).all(axis=1)].mean(axis=0)
        directions[joint][segment] = close / max(float(np.hypot(*close)), 1e-6)
    return [
        (one, other, max(0.0, -float(ends[one] @ ends[other])))
        for ends in directions.values()
        for one, other in combinations(ends, 2)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_meetings(seed: int) -> None:
    random = np.random.default_rng(seed)
    picture = np.zeros((200, 260), np.uint8)
    for _ in range(12):
        points = random.integers(5, 195, (4, 2)).astype(np.int32)
        cv2.polylines(picture, [points], isClosed=False, color=(1,), thickness=3)
    skeleton = skeletonise(picture.view(np.bool_))
    found = segments_of(skeleton)
    lines = skeleton.view(np.uint8)
    around = cv2.filter2D(lines, cv2.CV_8U, np.ones((3, 3), np.float32), borderType=cv2.BORDER_CONSTANT)
    joints = np.asarray(cv2.dilate(((around >= 4) & skeleton).astype(np.uint8), np.ones((3, 3), np.uint8)), np.uint8)
    assert len(found.meetings) > 20
    assert [*found.meetings] == plain_meetings(found.labels, joints)
