"""The structures network: `build` returns an untrained Keras model of optic disc, fovea, arteries and veins.

A U-Net as in `models.network`, narrow at full size and deep, because all three depend on a wide surround rather than on
fine detail. Skips are added, not joined.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from models.network import transposed
from retina.imaging.structures.preparation import CHANNELS

WIDTHS = (16, 32, 48, 64, 96, 128)
"""Filters per level, starting at half resolution."""

STRIDE = 2 ** len(WIDTHS)
"""Input height and width must be multiples of this."""

OUTPUTS = 3
"""Optic disc, fovea, artery rather than vein."""


def build(
    height: int | None = None,
    width: int | None = None,
    batch_size: int | None = None,
    up: Callable[[Any, int], Any] = transposed,
) -> keras.Model:
    """A model from float32[N,height,width,4] to probabilities float32[N,height/2,width/2,3]."""
    inputs = keras.Input((height, width, CHANNELS), batch_size=batch_size, name="colour")
    # An even kernel, because with an odd one TensorFlow's "same" padding would shift everything by half a pixel.
    x = _normalised(layers.Conv2D(WIDTHS[0], 4, strides=2, padding="same", use_bias=False)(inputs))
    skips = []
    for number, width_ in enumerate(WIDTHS[:-1]):
        x = _level(x, width_) if number else x  # at half resolution a 3x3 convolution takes most time and gives least
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = _level(x, WIDTHS[-1])
    for width_, skip in zip(reversed(WIDTHS[:-1]), reversed(skips), strict=True):
        x = layers.Add()([up(x, width_), skip])
        x = _level(x, width_) if width_ != WIDTHS[0] else x
    logits = layers.Conv2D(OUTPUTS, 1)(x)
    return keras.Model(inputs, layers.Activation("sigmoid", dtype="float32", name="probability")(logits))


def _normalised(x: Any) -> Any:
    return layers.ReLU()(layers.BatchNormalization(momentum=0.97)(x))


def _convolution(x: Any, width: int) -> Any:
    return _normalised(layers.Conv2D(width, 3, padding="same", use_bias=False)(x))


def _level(x: Any, width: int) -> Any:
    """Two convolutions and a shortcut."""
    shortcut = x if x.shape[-1] == width else layers.Conv2D(width, 1)(x)
    x = layers.Conv2D(width, 3, padding="same", use_bias=False)(_convolution(x, width))
    return layers.ReLU()(layers.Add()([layers.BatchNormalization(momentum=0.97)(x), shortcut]))
