"""Import a network trained elsewhere: convert a Keras U-Net to a TFLite file and the card that serves it.

Supports the family that `unet_model.h5` belongs to: one gray input channel, one sigmoid output channel of the same
size, trained on whole photographs that were stretched by Pillow's bicubic resampling, converted to gray by OpenCV's
RGB2GRAY, globally equalised and divided by 255. To serve others, edit the card. No code from the file is run.
"""

import hashlib
import math
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow.lite.python.convert_phase import ConverterError

from models.export.tflite import TOLERANCE, run
from retina.imaging.model_card import (
    CanvasSize,
    Divide,
    GlobalHistogram,
    ModelCard,
    Preparation,
)

PREPARATION = Preparation(
    frame="whole photograph",
    aspect="stretch",
    resampling="bicubic",
    gray="luma",
    outside="as photographed",
    equalisation=GlobalHistogram(),
    scaling=Divide(by=255),
)


class ForeignNetworkError(Exception):
    """The network cannot be imported; the message says why and what to do."""


class _Conv2DTranspose(keras.layers.Conv2DTranspose):  # type: ignore[misc]
    """Accepts the `groups` argument that older Keras versions wrote, always 1, and that Keras 3 does not know."""

    def __init__(self, *arguments: Any, groups: int = 1, **options: Any) -> None:
        if groups != 1:
            raise ForeignNetworkError("It has grouped transposed convolutions, which are not supported.")
        super().__init__(*arguments, **options)


def read(path: Path) -> keras.Model:
    """Read the network in `path` (.h5 or .keras) in float32, without its optimizer, losses and metrics.

    Raises `ForeignNetworkError`.
    """
    if not path.is_file():
        raise ForeignNetworkError("There is no such file; folders (SavedModel) are not supported.")
    try:
        # Only the layers are built, because optimizer, losses and metrics may be unknown here.
        model = keras.saving.load_model(path, compile=False, custom_objects={"Conv2DTranspose": _Conv2DTranspose})
        if any(layer.compute_dtype != "float32" for layer in model.layers):
            model = _in_float32(model)
    except UNREADABLE as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ForeignNetworkError(
            "It cannot be read as a whole Keras network. Save it with model.save(), not its weights alone, under a "
            "name that ends as its format does (.h5, .keras), and without Lambda layers or layers of your own. "
            f"Keras says: {reason[:120]}"
        ) from error
    return model


UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    NotImplementedError,
    ImportError,
    EOFError,
    zipfile.BadZipFile,
)
"""Exceptions that Keras was seen to raise for files that are damaged, foreign, or need code that is not here."""


def _in_float32(model: keras.Model) -> keras.Model:
    """A copy with the same weights that computes in float32, for a network saved in mixed or half precision."""

    def copy(layer: Any) -> Any:
        return layer.__class__.from_config({**layer.get_config(), "dtype": "float32"})

    cloned = keras.models.clone_model(model, clone_function=copy)
    cloned.set_weights(model.get_weights())
    return cloned


def size_of(model: keras.Model) -> CanvasSize:
    """The only canvas of `model`. Raises `ForeignNetworkError` unless it maps [N,H,W,1] to [N,H,W,1]."""
    shapes = [tuple(tensor.shape)[1:] for tensor in (*model.inputs, *model.outputs)]
    if len(shapes) != 2 or any(len(shape) != 3 or shape[2] != 1 for shape in shapes) or shapes[0] != shapes[1]:
        raise ForeignNetworkError(
            f"It takes {model.input_shape} and gives {model.output_shape}. Only one gray channel in and one "
            "probability of the same size out is supported."
        )
    height, width, _ = shapes[0]
    if height is None or width is None:
        raise ForeignNetworkError("Its input size is open. Save it with the height and width it was trained at.")
    return CanvasSize(height=height, width=width, field_of_view_width_up_to=None)


def to_tflite(model: keras.Model, canvas: CanvasSize) -> bytes:
    """The float32 file, for a batch of one. Raises `ForeignNetworkError` if it does not reproduce Keras."""
    shape = (1, canvas.height, canvas.width, 1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            model.export(folder, verbose=False, input_signature=[tf.TensorSpec(shape, tf.float32)])
            file = bytes(tf.lite.TFLiteConverter.from_saved_model(folder).convert())
    except ConverterError as error:
        raise ForeignNetworkError("It has layers that TFLite cannot run. Save it without them.") from error
    noise = np.random.default_rng(0).random(shape, np.float32)
    for values in (noise, np.zeros_like(noise), np.ones_like(noise)):
        [answer] = keras.tree.flatten(model(values, training=False))
        expected = np.asarray(answer, np.float32)[0, :, :, 0]
        if not (expected.min() >= 0 and expected.max() <= 1):
            raise ForeignNetworkError("Its answers are not all between 0 and 1. End it with a sigmoid.")
        worst = float(np.abs(run(file, values[0, :, :, 0]) - expected).max())
        if not worst < TOLERANCE:
            raise ForeignNetworkError(f"Converted, it differs from Keras by {worst:.2g}. It was not written.")
    return file


def convert(path: Path, out: Path, threshold: float) -> list[str]:
    """Write `unet.tflite` and `unet.json` to `out`; returns the lines to print. Raises `ForeignNetworkError`."""
    if not 0 <= threshold <= 1:
        raise ForeignNetworkError("The threshold must lie between 0 and 1.")
    if out.exists() and not out.is_dir():
        raise ForeignNetworkError(f"{out} is no folder. Choose another --out.")
    model = read(path)
    canvas = size_of(model)
    file = to_tflite(model, canvas)
    card = ModelCard(
        name=path.stem,
        file="unet.tflite",
        sha256=hashlib.sha256(file).hexdigest(),
        parameters=model.count_params(),
        precision="float32",
        stride=math.gcd(canvas.height, canvas.width),
        canvases=(canvas,),
        preparation=PREPARATION,
        threshold=threshold,
        training=(),
    )
    written = out / "unet.json"
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / card.file).write_bytes(file)
        written.write_text(card.model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise ForeignNetworkError(f"The result cannot be written: {error}.") from error
    return [
        f"{card.parameters:,} parameters, {canvas}, {len(file):,} bytes; repeats Keras within {TOLERANCE:g}.",
        f"Serve it: RETINA_MODEL={written} retina serve",
    ]
