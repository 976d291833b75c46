"""Convert trained weights to the network that is served: `unet.tflite` and its card `unet.json`.

Takes the weights and the training photographs (int8 needs typical inputs), or a Keras network trained elsewhere. Writes
the TFLite file and the card to `--out`, and for our own weights also a file of every precision to `--work`. Fails if
the float32 file does not reproduce Keras. Accuracy is measured by `models.evaluation.evaluate`.

`python -m models.export.convert --weights build/train/weights.keras --data DIR --out models --threshold 0.5`
`python -m models.export.convert unet_model.h5 --out DIR`
"""

import argparse
import hashlib
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import get_args

import keras
import numpy as np
from PIL import Image

from models import network
from models.evaluation.metrics import count, dice
from models.export import foreign
from models.export.tflite import (
    TOLERANCE,
    Precision,
    rebuild,
    run,
    to_tflite,
)
from models.training.labelled import SETS, LabelledPhotograph, training_photographs
from retina.imaging.arrays import Canvas, Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.model_card import (
    CanvasSize,
    ModelCard,
    Preparation,
    TrainingSet,
)
from retina.imaging.preprocessing import place, prepare

CANVASES = (
    CanvasSize(height=512, width=512, field_of_view_width_up_to=320),
    CanvasSize(height=1408, width=2048, field_of_view_width_from=1151, field_of_view_aspect_from=1.1),
    CanvasSize(height=1024, width=1024),
)
"""The canvases of the card. The file is written with the first; the others are reached by resizing its input."""

PUBLISHED = {
    "CHASE_DB1": "Fraz et al. 2012, doi 10.1109/TBME.2012.2205687",
    "HRF": "Budai et al. 2013, doi 10.1155/2013/154860",
    "FIVES20": "Jin et al. 2022, doi 10.1038/s41597-022-01564-3",
    "AVRDB": "Akram et al. 2020, doi 10.1016/j.dib.2020.105282",
    "IDRID": "Porwal et al. 2018, doi 10.3390/data3030025",
}
EXPOSURES = (0.45, 0.7, 1.4, 1.8)
"""Factors that turn a well-exposed photograph into a dark or a bright one."""


def load(weights: Path) -> keras.Model:
    """The trained network as saved, possibly in mixed precision and with variable input sizes."""
    return keras.saving.load_model(weights, compile=False)


def typical_windows(photographs: Iterable[LabelledPhotograph], canvases: Sequence[CanvasSize]) -> list[Canvas]:
    """Inputs for choosing the int8 ranges: three per photograph, each float32[H,W] of the first canvas's size.

    Each photograph is preprocessed exactly as served: on the first canvas; on the first canvas after under- or
    overexposure; and on the largest canvas, from which a window is cut, at alternating positions.
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
    anywhere = CanvasSize(height=canvas.height, width=canvas.width)
    view = find_field_of_view(rgb)
    return prepare(rgb, view, place(view, [anywhere]), Preparation())


def compare(
    trained: keras.Model,
    files: dict[Precision, bytes],
    photograph: Rgb,
    threshold: float,
    canvases: Sequence[CanvasSize],
) -> list[str]:
    """Compare Keras with the TFLite files on every canvas; returns one sentence each.

    float32 is compared with Keras, the others with float32 inside the field of view: mean and largest difference of the
    probabilities, and Dice between the two thresholded maps. Raises `ValueError` if float32 exceeds `TOLERANCE`.
    """
    sentences = []
    exactly = network.build(widths=network.widths_of(trained))
    exactly.set_weights(trained.get_weights())
    for canvas in canvases:
        values = _input(photograph, canvas)
        expected = np.asarray(exactly(values[None, :, :, None], training=False))[0, :, :, 0]
        exact = run(files["float32"], values)
        worst = float(np.abs(exact - expected).max())
        if not worst < TOLERANCE:
            raise ValueError(f"at {canvas} the float32 file differs from Keras by {worst:.2g}: do not ship it")
        sentences.append(f"{canvas}: float32 against Keras, largest difference {worst:.1e}")
        inside = values != 0  # pixels outside the field of view are discarded
        for precision in [name for name in files if name != "float32"]:
            rough = run(files[precision], values)
            off = np.abs(rough - exact)[inside]
            overlap = dice(count(rough > threshold, exact > threshold, inside))
            sentences.append(
                f"{canvas}: {precision} against float32, difference {off.mean():.5f} on average, "
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
    taught: dict[str, int],
) -> ModelCard:
    """The card of `unet.tflite`, without scores.

    `learned`: the number of training photographs by set; `taught`: of those that only another network has labelled.
    """
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
            TrainingSet(name=name, photographs=number, licence="CC BY 4.0", citation=PUBLISHED[name], labels=labels)
            for labels, sets in (("observer", learned), ("network", taught))
            for name, number in sets.items()
        ),
    )


def convert(
    weights: Path,
    data: Path,
    out: Path,
    work: Path,
    *,
    precision: Precision,
    threshold: float,
    sets: Sequence[str] = SETS,
    taught: Sequence[tuple[str, int]] = (),
) -> list[str]:
    """Write a file of each precision to `work`, and the chosen one with its card to `out`; returns the comparisons."""
    trained = load(weights)
    photographs = training_photographs(data, sets)
    model = rebuild(trained, CANVASES[0], partial(network.build, widths=network.widths_of(trained)))
    windows = typical_windows([p for one in photographs for p in one], CANVASES)
    files: dict[Precision, bytes] = {name: to_tflite(model, name, windows) for name in get_args(Precision)}
    for folder in (out, work):
        folder.mkdir(parents=True, exist_ok=True)
    for name, file in files.items():
        (work / f"unet-{name}.tflite").write_bytes(file)
    first = np.asarray(Image.open(photographs[0][0].photograph).convert("RGB"))
    sentences = compare(trained, files, first, threshold, CANVASES)
    learned = {name: len(one) for name, one in zip(sets, photographs, strict=True)}
    chosen = files[precision]
    card = card_of(
        chosen,
        trained,
        precision=precision,
        threshold=threshold,
        canvases=CANVASES,
        learned=learned,
        taught=dict(taught),
    )
    (out / card.file).write_bytes(chosen)
    (out / "unet.json").write_text(card.model_dump_json(indent=2) + "\n")
    return [*sentences, f"{precision}, {len(chosen):,} bytes, sha256 {card.sha256}"]


def counted(text: str) -> tuple[str, int]:
    """The name and the number in "NAME=NUMBER"."""
    name, _, number = text.partition("=")
    if name not in PUBLISHED or not number.isdecimal():
        raise argparse.ArgumentTypeError(f"{text}: not NAME=NUMBER with one of {', '.join(PUBLISHED)}")
    return name, int(number)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", type=Path, nargs="?", help="a Keras network trained elsewhere, .h5 or .keras")
    parser.add_argument("--weights", type=Path, help="our own weights, weights.keras")
    parser.add_argument("--data", type=Path, help="the folder with CHASE_DB1/ and HRF/; needed for our own weights")
    parser.add_argument("--sets", nargs="+", default=SETS, help="the sets that our own weights have learned from")
    parser.add_argument(
        "--taught", nargs="+", type=counted, default=[], help="NAME=NUMBER of photographs labelled by a network alone"
    )
    parser.add_argument("--out", type=Path, required=True, help="the folder that unet.tflite and unet.json go to")
    parser.add_argument("--work", type=Path, default=Path("build/convert"), help="where a file of each precision goes")
    parser.add_argument("--precision", choices=get_args(Precision), default="int8", help="which of ours is served")
    parser.add_argument("--threshold", type=float, default=0.5, help="a vessel is where the probability is greater")
    options = vars(parser.parse_args())
    if path := options.pop("network"):
        try:
            print(*foreign.convert(path, options["out"], options["threshold"]), sep="\n")
        except foreign.ForeignNetworkError as error:
            parser.exit(2, f"{path}: {error}\n")
    elif options["data"] is None or options["weights"] is None:
        parser.error("--weights and --data are needed for our own; a network trained elsewhere is named first")
    else:
        print(*convert(**options), sep="\n")


if __name__ == "__main__":
    main()
