"""The U-Net: `build` returns an untrained Keras model for a given input size.

A small version of Ronneberger et al. 2015 (arXiv 1505.04597). It starts with a convolution of stride 2. Each level has
two 3x3 convolutions with batch normalisation and a 1x1 shortcut. Max pooling leads down, transposed convolutions lead
up, and the last of these writes the pixels.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import layers

WIDTHS = (32, 64, 96, 96)
"""Filters per level of the wide network, which is trained first, starting at half resolution."""

STRIDE = 2 ** len(WIDTHS)
"""Input height and width must be multiples of this."""


@keras.saving.register_keras_serializable(package="retina")
class FrozenNormalization(layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalisation by statistics that training uses, too, and leaves as they are. Its scale and shift learn."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """As outside training."""
        return super().call(inputs, training=False, mask=mask)


def transposed(x: Any, width: int) -> Any:
    """Double the height and width: float32[N,h,w,c] to float32[N,2h,2w,width]."""
    return layers.Conv2DTranspose(width, 2, strides=2)(x)


def build(
    height: int | None = None,
    width: int | None = None,
    batch_size: int | None = None,
    up: Callable[[Any, int], Any] = transposed,
    widths: Sequence[int] | None = None,
    *,
    frozen: bool = False,
) -> keras.Model:
    """A model from float32[N,height,width,1] to the vessel probability float32[N,height,width,1], 0 to 1.

    Omitted sizes stay variable. Conversion needs all three, because a TFLite file with variable sizes is slower.
    `widths` are the filters per level, `WIDTHS` if omitted. If `frozen`, batch normalisation is
    `FrozenNormalization`; the weights are the same.
    """
    widths = widths or WIDTHS
    inputs = keras.Input((height, width, 1), batch_size=batch_size, name="canvas")
    # An even kernel, because with an odd one TensorFlow's "same" padding would shift everything by half a pixel.
    x = layers.ReLU()(layers.Conv2D(widths[0], 4, strides=2, padding="same")(inputs))
    skips = []
    for width_ in widths[:-1]:
        x = _level(x, width_, frozen)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = _level(x, widths[-1], frozen)
    for width_, skip in zip(reversed(widths[:-1]), reversed(skips), strict=True):
        x = _level(layers.Concatenate()([up(x, width_), skip]), width_, frozen)
    outputs = layers.Activation("sigmoid", dtype="float32", name="probability")(up(x, 1))
    return keras.Model(inputs, outputs, name="unet")


def _level(x: Any, width: int, frozen: bool) -> Any:
    shortcut = layers.Conv2D(width, 1)(x)
    for last in (False, True):
        x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
        x = (FrozenNormalization if frozen else layers.BatchNormalization)()(x)
        x = layers.ReLU()(x if not last else layers.Add()([x, shortcut]))
    return x


def widths_of(model: keras.Model) -> tuple[int, ...]:
    """The filters per level of a model that `build` has made."""
    filters = [layer.gamma.shape[0] for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    return tuple(filters[: len(filters) // 2 : 2])
