"""How the vessels look: for each piece of vessel, the numbers by which arteries and veins are told apart.

Arteries are brighter, thinner and have a brighter middle; veins are darker, above all in red. Cameras and light differ,
so that most numbers are compared with those of the vessels around. All arrays share the working copy's size [h,w].
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask

ACROSS = (0.0, 0.3, 0.6, 0.9, 1.3, 1.8, 2.4)
"""Where the profile across a vessel is sampled, in half-widths from its middle, on both sides."""

NEIGHBOURHOOD = (0.06, 0.2)
"""Deviations of the Gaussians that average over the vessels around, as shares of the field of view's width."""

PROFILE = 2 * len(ACROSS)
OWN = PROFILE + 2 * 3 + 1
FEATURES = OWN * (1 + len(NEIGHBOURHOOD)) + 2

Features = NDArray[np.float32]
"""float32[N,FEATURES]."""


def features_of(channels: NDArray[np.float32], vessels: Mask, lines: Mask) -> Features:
    """One row for each pixel of `lines` bool[h,w], in the order of `np.nonzero`.

    `channels` float32[h,w,4] are those of `preparation`, `vessels` bool[h,w] the mask.
    """
    rows, columns = np.nonzero(lines)
    if not len(rows):
        return np.zeros((0, FEATURES), np.float32)
    width = vessels.shape[1]
    radius = np.maximum(cv2.distanceTransform(vessels.view(np.uint8), cv2.DIST_L2, 5)[rows, columns], 1.0)
    x, y = _normals(lines, rows, columns)
    flat = cv2.merge([cv2.extractChannel(channels, i) for i in (2, 3)])
    profile = []
    for away in ACROSS:
        sides = [
            cv2.remap(
                flat,
                (columns + side * away * radius * x).astype(np.float32)[None],
                (rows + side * away * radius * y).astype(np.float32)[None],
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )[0]
            for side in (-1, 1)
        ]
        profile.append((sides[0] + sides[1]) / 2)
    samples = np.stack(profile, axis=1)  # [N, ACROSS, red and green]
    outside = samples[:, -2:].mean(axis=1)
    depth = outside - samples[:, :3].mean(axis=1)
    reflex = samples[:, 0] - samples[:, 2]
    ratio = depth[:, :1] / np.maximum(np.abs(depth[:, 1:]), 0.3)
    edge = outside - samples[:, 3]
    logarithm = np.log(radius / width)[:, None]
    own = np.concatenate([samples.reshape(len(rows), -1), depth, reflex, ratio, edge[:, :1], logarithm], axis=1)
    around = [own - _around(own, rows, columns, vessels.shape, share * width) for share in NEIGHBOURHOOD]
    colour = channels[rows, columns, :2]
    return np.concatenate([own, *around, colour], axis=1).astype(np.float32)


def _normals(
    lines: Mask, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Unit vectors (x, y) across the lines, by the structure tensor."""
    soft = cv2.GaussianBlur(lines.astype(np.float32), (0, 0), 2)
    dx, dy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(product, (0, 0), 3)[rows, columns] for product in (dx * dx, dy * dy, dx * dy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    return np.cos(angle), np.sin(angle)


def _around(
    values: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    shape: tuple[int, ...],
    sigma: float,
) -> NDArray[np.float64]:
    """The mean of `values` float[N,F] over the lines around each pixel."""
    step = max(1, int(sigma / 4))  # a coarse grid is enough for so wide a mean
    size = (shape[0] // step + 1, shape[1] // step + 1)
    cell = (rows // step) * size[1] + columns // step
    number = np.bincount(cell, minlength=size[0] * size[1])
    weight = cv2.GaussianBlur(number.reshape(size).astype(np.float64), (0, 0), sigma / step)
    found = np.empty(values.shape)
    for i in range(values.shape[1]):
        total = np.bincount(cell, values[:, i], size[0] * size[1]).reshape(size)
        found[:, i] = (cv2.GaussianBlur(total, (0, 0), sigma / step) / np.maximum(weight, 1e-6)).ravel()[cell]
    return found


def mean_features(features: Features, owners: NDArray[np.int32], count: int) -> Features:
    """The mean of the rows of each owner, 0 to `count` - 1: float32[count,FEATURES]."""
    number = np.maximum(np.bincount(owners, minlength=count), 1)
    sums = [np.bincount(owners, column, count) for column in features.T]
    return (np.stack(sums, axis=1) / number[:, None]).astype(np.float32)
