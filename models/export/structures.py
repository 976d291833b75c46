"""Convert the trained structures network to the file that is served: `structures.tflite` and its card.

Takes the weights and the folder of sets, whose train splits give the int8 ranges. Writes the file and the card
`structures.json` to `--out` and a file of each precision to `--work`. Fails if float32 does not reproduce Keras.
`python -m models.export.structures --data DIR [--weights build/structures/weights.keras] [--out models]`
"""

import argparse
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from models import structure_network
from models.export.tflite import TOLERANCE, Precision, rebuild, to_tflite
from models.training import annotations
from models.training.labelled import photographs_with_fields
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.model_card import CanvasSize
from retina.imaging.preprocessing import place
from retina.imaging.structures.preparation import Channels, prepare_colour

SIDE = 640
"""Side of the canvas in pixels."""

EVERY = 3
"""Of the train photographs every third gives int8 ranges."""


def typical_canvases(data: Path, canvas: CanvasSize) -> list[Channels]:
    """Train photographs as the network is served them, float32[h,w,4] each."""
    found = []
    for _, _, photograph, _ in photographs_with_fields(data, "train")[::EVERY]:
        bgr: Any = cv2.imread(str(photograph))
        rgb = np.ascontiguousarray(bgr[..., ::-1])
        view = find_field_of_view(rgb)
        found.append(prepare_colour(rgb, view, place(view, [canvas])))
    return found


def run(file: bytes, values: Channels) -> NDArray[np.float32]:
    """The answer of a TFLite file, float32[h/2,w/2,3]."""
    interpreter: Any = Interpreter(model_content=file, num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values[None])
    interpreter.invoke()
    return np.array(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0])


def convert(weights: Path, data: Path, out: Path, work: Path, precision: Precision, side: int) -> list[str]:
    """Write the files and the card; returns what to print. Raises `ValueError` if float32 differs from Keras."""
    trained = keras.saving.load_model(weights, compile=False)
    canvas = CanvasSize(height=side, width=side, field_of_view_width_up_to=None)
    model = rebuild(trained, canvas, structure_network.build)
    typical = typical_canvases(data, canvas)
    work.mkdir(parents=True, exist_ok=True)
    sentences, files = [], {}
    expected = np.asarray(trained(typical[0][None], training=False))[0]
    precisions: tuple[Precision, ...] = ("float32", "int8")
    for name in precisions:
        files[name] = to_tflite(model, name, typical)
        (work / f"structures-{name}.tflite").write_bytes(files[name])
        off = np.abs(run(files[name], typical[0]) - expected)
        sentences.append(
            f"{name}: {len(files[name]):,} bytes, off by {off.mean():.5f} on average, {off.max():.3f} at most"
        )
        if name == "float32" and not off.max() < TOLERANCE:
            raise ValueError(f"the float32 file differs from Keras by {off.max():.2g}: do not ship it")
    (out / "structures.tflite").write_bytes(files[precision])
    card = card_of(files[precision], trained.count_params(), precision, canvas, data)
    (out / "structures.json").write_text(json.dumps(card, indent=2) + "\n")
    return sentences


def card_of(file: bytes, parameters: int, precision: Precision, canvas: CanvasSize, data: Path) -> dict[str, Any]:
    """The card of the file, without scores."""
    train = {(set_, id) for set_, id, *_ in photographs_with_fields(data, "train")}
    return {
        "name": "structures",
        "file": "structures.tflite",
        "sha256": hashlib.sha256(file).hexdigest(),
        "parameters": parameters,
        "precision": precision,
        "input": (
            f"the field of view on {canvas}: red and green standardised, red and green without slow changes of light, "
            "standardised (function/retina/imaging/structures/preparation.py)"
        ),
        "output": (
            f"{canvas.width // 2}x{canvas.height // 2} pixels, 0 to 1: optic disc; fovea; artery rather than vein"
        ),
        "training": {
            "disc": dict(Counter(set_ for set_, _ in [*(train & annotations.discs().keys()), *_masks(train)])),
            "fovea": dict(Counter(set_ for set_, _ in train & annotations.foveas().keys())),
            "artery_vein": dict(Counter(set_ for set_, _ in train if set_ == "AVRDB")),
            "licence": "CC BY 4.0, all of them; cited in README.md",
        },
    }


def _masks(train: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The photographs whose disc the set itself has drawn."""
    return [(set_, id) for set_, id in train if set_ == "IDRID"]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=Path("build/structures/weights.keras"))
    parser.add_argument("--out", type=Path, default=Path("models"))
    parser.add_argument("--work", type=Path, default=Path("build/convert"))
    parser.add_argument("--precision", choices=("float32", "int8"), default="int8")
    parser.add_argument("--side", type=int, default=SIDE)
    print(*convert(**vars(parser.parse_args())), sep="\n")


if __name__ == "__main__":
    main()
