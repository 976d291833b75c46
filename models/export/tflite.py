"""Convert a Keras network to a TFLite file and run it. Shared by `convert` and `foreign`."""

import io
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from models import network
from retina.imaging.arrays import Canvas
from retina.imaging.model_card import CanvasSize

TOLERANCE = 1e-4
"""Largest permitted difference in probability between the float32 file and Keras at any pixel."""


class DepthToSpace(keras.layers.Layer):  # type: ignore[misc]
    """float32[N,h,w,4c] to float32[N,2h,2w,c]: an operation of TensorFlow that Keras lacks."""

    def call(self, x: Any) -> Any:
        """Rearrange groups of four channels to 2x2 pixels."""
        return tf.nn.depth_to_space(x, 2)


def shuffled(x: Any, width: int) -> Any:
    """The same as `network.transposed`, computed as a 1x1 convolution and a rearrangement.

    A transposed convolution stores its output size in the file, and tflite-runtime cannot resize it.
    """
    return DepthToSpace()(keras.layers.Conv2D(4 * width, 1)(x))


def rebuild(trained: keras.Model, canvas: CanvasSize, build: Callable[..., keras.Model] = network.build) -> keras.Model:
    """The same network in float32 with one fixed size, built with `shuffled`; `build` is that of its architecture."""
    policy = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy("float32")
    try:
        model = build(canvas.height, canvas.width, batch_size=1, up=shuffled)
    finally:
        keras.mixed_precision.set_global_policy(policy)
    weights = zip(trained.get_weights(), model.get_weights(), strict=True)
    model.set_weights([_shuffle(ours) if ours.shape != theirs.shape else ours for ours, theirs in weights])
    return model


def _shuffle(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert a 2x2 transposed kernel float32[2,2,out,in], or its bias, for `shuffled`: float32[1,1,in,4*out]."""
    if weight.ndim == 1:
        return np.tile(weight, 4)
    return weight.transpose(3, 0, 1, 2).reshape(1, 1, weight.shape[3], -1)


Precision = Literal["float32", "float16", "int8"]


def to_tflite(model: keras.Model, precision: Precision = "float32", windows: Sequence[Canvas] = ()) -> bytes:
    """A TFLite file: float32, float16 weights, or int8 weights and activations.

    The int8 ranges are determined from `windows`, typical inputs, float32[H,W] or float32[H,W,channels] each. Input and
    output are always float32: that costs no measurable time, and files of every precision are served by the same code.
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if precision == "float16":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
    elif precision == "int8":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([window.reshape(1, *window.shape[:2], -1)] for window in windows)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    with redirect_stdout(io.StringIO()):  # Keras lists every tensor that it exports
        return bytes(converter.convert())


def run(file: bytes, values: Canvas) -> Canvas:
    """Run a TFLite file once, its input resized to `values`, float32[H,W]; returns the probability map float32[H,W]."""
    interpreter = Interpreter(model_content=file, num_threads=1)
    entry, leave = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    interpreter.resize_tensor_input(entry, (1, *values.shape, 1), strict=False)
    interpreter.allocate_tensors()
    interpreter.set_tensor(entry, values[None, :, :, None])
    interpreter.invoke()
    return np.array(interpreter.get_tensor(leave)[0, :, :, 0])
