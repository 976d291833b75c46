"""Turn trained weights into the network that is served: `unet.tflite` and its card `unet.json`.

Enters: the weights and the training photographs (int8 needs to see typical inputs); leaves: a float32 and an int8
TFLite file in `--work`, the chosen one and its card in `--out`. Fails where the float32 file does not repeat Keras.
Measures no accuracy: that is `models.evaluate`. Networks trained elsewhere (`.h5`) are not imported.

`python -m models.convert --weights build/train/weights.keras --data DIR --threshold 0.5`
"""

import argparse
import hashlib
import io
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from PIL import Image

from models import network
from models.labelled import SETS, LabelledPhotograph, training_photographs
from models.metrics import count, dice
from retina.arrays import Canvas, Rgb
from retina.canvas import place, prepare
from retina.field_of_view import find_field_of_view
from retina.model_card import CanvasSize, ModelCard, Preparation, TrainingSet

CANVASES = (
    CanvasSize(height=512, width=512, field_of_view_width_up_to=640),
    CanvasSize(height=768, width=768, field_of_view_width_up_to=1200),
    CanvasSize(height=768, width=1024, field_of_view_width_up_to=None),
    CanvasSize(height=1024, width=1024, field_of_view_width_up_to=None),
)
"""What the card offers. The first is the one the file is written with; the others are reached by resizing its input."""

PUBLISHED = {
    "CHASE_DB1": "Fraz et al. 2012, doi 10.1109/TBME.2012.2205687",
    "HRF": "Budai et al. 2013, doi 10.1155/2013/154860",
}
EXPOSURES = (0.45, 0.7, 1.4, 1.8)
"""Factors that make a dark or a bright photograph of a well-exposed one."""
TOLERANCE = 1e-4
"""The float32 file may differ from Keras by this much at any pixel, as a probability."""

Precision = Literal["float32", "int8"]


def load(weights: Path) -> keras.Model:
    """The trained network, `keras.Model`, as saved: possibly in mixed precision, with open input sizes."""
    return keras.saving.load_model(weights, compile=False)


class DepthToSpace(keras.layers.Layer):  # type: ignore[misc]
    """Float32[N,h,w,4c] to float32[N,2h,2w,c]: TensorFlow's own operation, which Keras does not have."""

    def call(self, x: Any) -> Any:
        """Four channels to two by two pixels."""
        return tf.nn.depth_to_space(x, 2)


def shuffled(x: Any, width: int) -> Any:
    """What `network.transposed` computes, as a 1x1 convolution and a rearrangement.

    A transposed convolution carries its output size in the file: tflite-runtime cannot resize it.
    """
    return DepthToSpace()(keras.layers.Conv2D(4 * width, 1)(x))


def rebuild(trained: keras.Model, canvas: CanvasSize) -> keras.Model:
    """The same function in float32 and one fixed size, `shuffled`: float32[1,H,W,1] to float32[1,H,W,1]."""
    policy = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy("float32")
    try:
        model = network.build(canvas.height, canvas.width, batch_size=1, up=shuffled)
    finally:
        keras.mixed_precision.set_global_policy(policy)
    weights = zip(trained.get_weights(), model.get_weights(), strict=True)
    model.set_weights([_shuffle(ours) if ours.shape != theirs.shape else ours for ours, theirs in weights])
    return model


def _shuffle(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """A 2x2 transposed kernel float32[2,2,out,in], or its bias, for `shuffled`: float32[1,1,in,4*out]."""
    if weight.ndim == 1:
        return np.tile(weight, 4)
    return weight.transpose(3, 0, 1, 2).reshape(1, 1, weight.shape[3], -1)


def to_tflite(model: keras.Model, windows: Sequence[Canvas] | None = None) -> bytes:
    """A TFLite file: float32, or with `windows` (float32[H,W] each, typical inputs) int8 weights and activations.

    Input and output stay float32 either way: that costs no time that can be measured, and a file of either precision
    then serves without a line of difference.
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if windows is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([window[None, :, :, None]] for window in windows)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    with redirect_stdout(io.StringIO()):  # Keras lists every tensor that it exports
        return bytes(converter.convert())


def typical_windows(photographs: Iterable[LabelledPhotograph], canvases: Sequence[CanvasSize]) -> list[Canvas]:
    """Inputs of the first canvas' size, float32[H,W] each, for choosing the int8 ranges: three a photograph.

    Each photograph is prepared exactly as served: on the first canvas; on the first canvas after under- or
    overexposure; and on the largest canvas, of which a window is taken at the centre or in a corner in turn.
    """
    small, large = canvases[0], max(canvases, key=lambda c: c.width * c.height)
    found = []
    for number, photograph in enumerate(photographs):
        rgb = np.asarray(Image.open(photograph.photograph).convert("RGB"))
        exposed = np.clip(rgb * EXPOSURES[number % len(EXPOSURES)], 0, 255).astype(np.uint8)
        spare = np.array([large.height - small.height, large.width - small.width])
        share = [(0.5, 0.5), (0, 0), (0.5, 0), (1, 1), (0, 0.5)][number % 5]
        top, left = (int(v) for v in spare * share)
        window = _input(rgb, large)[top : top + small.height, left : left + small.width]
        found += [_input(rgb, small), _input(exposed, small), np.ascontiguousarray(window)]
    return found


def _input(rgb: Rgb, canvas: CanvasSize) -> Canvas:
    anywhere = canvas.model_copy(update={"field_of_view_width_up_to": None})
    view = find_field_of_view(rgb)
    return prepare(rgb, view, place(view, [anywhere]), Preparation())


def run(file: bytes, values: Canvas) -> Canvas:
    """One inference of a TFLite file with its input resized to `values`, float32[H,W]; the map float32[H,W]."""
    interpreter = Interpreter(model_content=file, num_threads=1)
    entry, leave = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    interpreter.resize_tensor_input(entry, (1, *values.shape, 1), strict=False)
    interpreter.allocate_tensors()
    interpreter.set_tensor(entry, values[None, :, :, None])
    interpreter.invoke()
    return np.array(interpreter.get_tensor(leave)[0, :, :, 0])


def compare(
    trained: keras.Model,
    files: dict[Precision, bytes],
    photograph: Rgb,
    threshold: float,
    canvases: Sequence[CanvasSize],
) -> list[str]:
    """Keras beside the TFLite files at every canvas, a sentence each. Raises `ValueError` beyond `TOLERANCE`.

    float32 is held against Keras, int8 against float32 inside the field of view: mean and largest difference of the
    probabilities, and Dice between the two thresholded maps.
    """
    sentences = []
    exactly = network.build()
    exactly.set_weights(trained.get_weights())
    for canvas in canvases:
        values = _input(photograph, canvas)
        expected = np.asarray(exactly(values[None, :, :, None], training=False))[0, :, :, 0]
        exact = run(files["float32"], values)
        worst = float(np.abs(exact - expected).max())
        if not worst < TOLERANCE:
            raise ValueError(f"at {canvas} the float32 file differs from Keras by {worst:.2g}: do not ship it")
        sentences.append(f"{canvas}: float32 against Keras, largest difference {worst:.1e}")
        if "int8" in files:
            rough = run(files["int8"], values)
            inside = values != 0  # what lies outside the field of view is thrown away
            off = np.abs(rough - exact)[inside]
            overlap = dice(count(rough > threshold, exact > threshold, inside))
            sentences.append(
                f"{canvas}: int8 against float32, difference {off.mean():.5f} on average, "
                f"{off.max():.3f} at most; Dice between the maps {overlap:.4f}"
            )
    return sentences


def card_of(
    file: bytes,
    trained: keras.Model,
    *,
    precision: Precision,
    threshold: float,
    canvases: Sequence[CanvasSize],
    learned: dict[str, int],
) -> ModelCard:
    """The card of `unet.tflite`, without scores. `learned`: how many photographs of each set were learned from."""
    return ModelCard(
        name="unet",
        file="unet.tflite",
        sha256=hashlib.sha256(file).hexdigest(),
        parameters=trained.count_params(),
        precision=precision,
        stride=network.STRIDE,
        canvases=tuple(canvases),
        preparation=Preparation(),
        threshold=threshold,
        training=tuple(
            TrainingSet(name=name, photographs=number, licence="CC BY 4.0", citation=PUBLISHED[name])
            for name, number in learned.items()
        ),
    )


def convert(weights: Path, data: Path, out: Path, work: Path, *, precision: Precision, threshold: float) -> list[str]:
    """Write the two TFLite files into `work`, the chosen one and its card into `out`; returns what was compared."""
    trained = load(weights)
    sets = training_photographs(data)
    model = rebuild(trained, CANVASES[0])
    windows = typical_windows([p for photographs in sets for p in photographs], CANVASES)
    files: dict[Precision, bytes] = {"float32": to_tflite(model), "int8": to_tflite(model, windows)}
    for folder in (out, work):
        folder.mkdir(parents=True, exist_ok=True)
    for name, file in files.items():
        (work / f"unet-{name}.tflite").write_bytes(file)
    first = np.asarray(Image.open(sets[0][0].photograph).convert("RGB"))
    sentences = compare(trained, files, first, threshold, CANVASES)
    learned = {name: len(photographs) for name, photographs in zip(SETS, sets, strict=True)}
    chosen = files[precision]
    card = card_of(chosen, trained, precision=precision, threshold=threshold, canvases=CANVASES, learned=learned)
    (out / card.file).write_bytes(chosen)
    (out / "unet.json").write_text(card.model_dump_json(indent=2) + "\n")
    return [*sentences, f"{precision}, {len(chosen):,} bytes, sha256 {card.sha256}"]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=Path("build/train/weights.keras"))
    parser.add_argument("--data", type=Path, required=True, help="the folder with CHASE_DB1/ and HRF/")
    parser.add_argument("--out", type=Path, default=Path("models"), help="where unet.tflite and unet.json go")
    parser.add_argument("--work", type=Path, default=Path("build/convert"), help="where both precisions go")
    parser.add_argument("--precision", choices=("int8", "float32"), default="int8", help="which one is served")
    parser.add_argument("--threshold", type=float, default=0.5)
    print(*convert(**vars(parser.parse_args())), sep="\n")


if __name__ == "__main__":
    main()
