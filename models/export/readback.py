"""Read an int8 network of ours back as a Keras network, to go on training where its own weights are lost.

Takes the TFLite file and training photographs. Writes `weights.keras`, which `models.training.train --begin` takes.
Weights differ from the lost ones by the rounding to 8 bits; batch normalisation, which conversion has folded into the
convolutions, is unfolded again with the statistics of the photographs.

`python -m models.export.readback models/unet.tflite --data DIR --out build/read/weights.keras`
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from models import network
from models.export.convert import CANVASES, typical_windows
from models.export.folded import Convolution, Floats
from models.training.labelled import SETS, training_photographs
from retina.imaging.arrays import Canvas


def convolutions(file: bytes) -> list[Convolution]:
    """The convolutions of an int8 TFLite file in the order in which they run."""
    plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES  # the delegate would hide them
    interpreter = Interpreter(model_content=file, experimental_op_resolver_type=plain)
    interpreter.allocate_tensors()
    quantised = {tensor["index"]: tensor["quantization_parameters"] for tensor in interpreter.get_tensor_details()}

    def real(index: int) -> Floats:
        levels, how = interpreter.get_tensor(index), quantised[index]
        along = [1] * levels.ndim
        along[how["quantized_dimension"]] = -1
        return np.asarray((levels - how["zero_points"].reshape(along)) * how["scales"].reshape(along), np.float32)

    found = [op["inputs"] for op in interpreter._get_ops_details() if op["op_name"] == "CONV_2D"]
    return [(real(kernel).transpose(1, 2, 3, 0), real(bias)) for _, kernel, bias in found]


def as_keras(
    found: Sequence[Convolution], windows: Sequence[Canvas], widths: Sequence[int] | None = None
) -> keras.Model:
    """The Keras network that computes what these `convolutions` compute, with statistics of `windows` float32[h,w].

    Raises `ValueError` if they are not those of `network.build` with these `widths`.
    """
    widths = widths or network.WIDTHS
    model = network.build(widths=widths)
    order = list(_in_order(model))
    if len(found) != len(order):
        raise ValueError(f"{len(found)} convolutions, not the {len(order)} of a network of {len(widths)} levels")
    for (layer, norm), (kernel, bias) in zip(order, found, strict=True):
        if norm:
            layer.set_weights([kernel])
            ones = np.ones_like(bias)
            norm.set_weights([ones, bias, 0 * ones, ones - np.float32(norm.epsilon)])
        elif type(layer) is keras.layers.Conv2DTranspose:
            layer.set_weights(_transposed(kernel, bias))
        else:
            layer.set_weights([kernel, bias])
    _unfold(model, [norm for _, norm in order if norm], windows)
    return model


def fold(model: keras.Model) -> list[Convolution]:
    """The convolutions of a Keras network that `network.build` has made, from which `as_keras` makes it again."""
    found = []
    for layer, norm in _in_order(model):
        kernel, *biases = layer.get_weights()
        if norm:
            gamma, beta, mean, variance = norm.get_weights()
            scale = gamma / np.sqrt(variance + norm.epsilon)
            found.append((kernel * scale, beta - mean * scale))
        elif type(layer) is keras.layers.Conv2DTranspose:
            entering = kernel.shape[3]
            found.append((kernel.transpose(3, 0, 1, 2).reshape(1, 1, entering, -1), np.tile(biases[0], 4)))
        else:
            found.append((kernel, biases[0]))
    return found


def _in_order(model: keras.Model) -> Iterator[tuple[Any, Any]]:
    """The convolutions in the order in which they run, each with the batch normalisation that follows it or None."""
    single, up, norms = (_made(model, kind) for kind in _KINDS)
    levels = len(up)
    yield single.pop(0), None
    for level in range(2 * levels - 1):
        if level >= levels:
            yield up.pop(0), None
        yield single.pop(0), None
        for _ in range(2):
            yield single.pop(0), norms.pop(0)
    yield up.pop(0), None


_KINDS = (keras.layers.Conv2D, keras.layers.Conv2DTranspose, keras.layers.BatchNormalization)


def _made(model: keras.Model, kind: type) -> list[Any]:
    """The layers of a kind as they were made, which Keras numbers in their names: conv2d, conv2d_1, ..."""
    return sorted(
        (layer for layer in model.layers if isinstance(layer, kind)),
        key=lambda layer: int((re.findall(r"_(\d+)$", layer.name) or [0])[0]),
    )


def _transposed(kernel: Floats, bias: Floats) -> list[Floats]:
    """A 1x1 convolution to 4 x width channels as the transposed convolution that it was made of."""
    entering, width = kernel.shape[2], kernel.shape[3] // 4
    return [kernel.reshape(entering, 2, 2, width).transpose(1, 2, 3, 0), bias.reshape(4, width).mean(axis=0)]


def _unfold(model: keras.Model, norms: Sequence[Any], windows: Sequence[Canvas]) -> None:
    """Give every normalisation the statistics of what enters it, so that training goes on from the same map."""
    entering = keras.Model(model.input, [norm.input for norm in norms])
    sums = [np.zeros((2, norm.input.shape[-1])) for norm in norms]
    for window in windows:
        for total, values in zip(sums, entering(window[None, ..., None], training=False), strict=True):
            each = np.asarray(values, np.float64)
            total += [each.mean(axis=(0, 1, 2)), (each**2).mean(axis=(0, 1, 2))]
    for norm, total in zip(norms, sums, strict=True):
        mean, square = total / len(windows)
        variance = square - mean**2
        bias = norm.get_weights()[1]
        norm.set_weights([np.sqrt(variance + norm.epsilon), bias + mean, mean, variance])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", type=Path, help="unet.tflite")
    parser.add_argument("--data", type=Path, required=True, help="the folder with CHASE_DB1/ and HRF/")
    parser.add_argument("--out", type=Path, required=True, help="weights.keras")
    options = parser.parse_args()
    some = [one for photographs in training_photographs(options.data, SETS) for one in photographs[::4]]
    model = as_keras(convolutions(options.network.read_bytes()), typical_windows(some, CANVASES))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    model.save(options.out)


if __name__ == "__main__":
    main()
