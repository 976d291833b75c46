"""Compute a network of ours from its convolutions alone, as an int8 file holds them: batch normalisation is folded in.

Takes windows float32[h,w] or what a layer gives for each of them, `Maps`, and returns `Maps`.
"""

from collections.abc import Sequence

import numpy as np
from keras import ops
from numpy.typing import NDArray

from retina.imaging.arrays import Canvas

Floats = NDArray[np.float32]
Convolution = tuple[Floats, Floats]
"""The kernel float32[height,width,in,out] and the bias float32[out]. What upsamples is a 1x1 kernel to four pixels."""
Maps = list[Floats]
"""What a layer gives, float32[h,w,channels] for each window."""


def logits(found: Sequence[Convolution], windows: Sequence[Canvas], levels: int) -> Maps:
    """What a network of so many levels gives before the sigmoid, float32[h,w,1], for each window."""
    queue = iter(found)
    x = relu(stem(windows, next(queue)))
    skips: list[Maps] = []
    for level in range(2 * levels - 1):
        if level >= levels:
            x = joined([doubled(values) for values in convolved(x, next(queue))], skips.pop())
        shortcut = convolved(x, next(queue))
        x = relu(added(convolved(relu(convolved(x, next(queue))), next(queue)), shortcut))
        if level < levels - 1:
            skips.append(x)
            x = pooled(x)
    return [doubled(values) for values in convolved(x, next(queue))]


def stem(windows: Sequence[Canvas], by: Convolution) -> Maps:
    """The first convolution, of stride 2."""
    return _convolved([window[..., None] for window in windows], by, stride=2)


def convolved(maps: Maps, by: Convolution) -> Maps:
    """Any other convolution; the size stays."""
    return _convolved(maps, by, stride=1)


def _convolved(maps: Maps, by: Convolution, stride: int) -> Maps:
    kernel, bias = by
    return [np.asarray(ops.conv(values[None], kernel, stride, "same"))[0] + bias for values in maps]


def relu(maps: Maps) -> Maps:
    """Without what is negative."""
    return [np.maximum(values, 0) for values in maps]


def added(some: Maps, others: Maps) -> Maps:
    """Sums, window by window."""
    return [a + b for a, b in zip(some, others, strict=True)]


def joined(some: Maps, others: Maps) -> Maps:
    """The channels of both, window by window."""
    return [np.concatenate(pair, axis=-1) for pair in zip(some, others, strict=True)]


def pooled(maps: Maps) -> Maps:
    """The largest of each 2x2 pixels."""
    return [v.reshape(v.shape[0] // 2, 2, -1, 2, v.shape[2]).max(axis=(1, 3)) for v in maps]


def doubled(values: Floats) -> Floats:
    """Rearrange four groups of channels to 2x2 pixels: float32[h,w,4c] to float32[2h,2w,c]."""
    height, width, channels = values.shape
    apart = values.reshape(height, width, 2, 2, channels // 4)
    return np.ascontiguousarray(apart.transpose(0, 2, 1, 3, 4).reshape(2 * height, 2 * width, -1))


def with_one_bias(by: Convolution) -> Convolution:
    """A convolution that `doubled` follows, with the same bias for all four pixels, as a transposed one has it."""
    kernel, bias = by
    return kernel, np.tile(bias.reshape(4, -1).mean(axis=0), 4)
