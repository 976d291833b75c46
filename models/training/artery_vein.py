"""Train the classifier that tells arteries from veins by the appearance of a segment: `models/artery_vein.json`.

Takes the folder with AVRDB, of which only the train split is read, and the shipped vessel network, whose masks are cut
into segments as they are when served. The features of each photograph are kept in `--work`. A few minutes.
`python -m models.training.artery_vein --data DIR [--work build/artery_vein] [--out models] [--folds 5]`.
With `--folds`, nothing is written: the accuracy on photographs left out is printed.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.training.centre_lines import centre_lines
from models.training.labelled import photographs_with_fields
from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import segment
from retina.imaging.structures.appearance import features_of, mean_features
from retina.imaging.structures.artery_vein import WorkingCopy, propagated, working_copy
from retina.imaging.structures.classifier import CLIP, Classifier
from retina.imaging.structures.segments import Segments, segments_of

NEAR, CLEARLY = 4.0, 3.0
"""A line pixel is an artery's if a centre-line of one is at most so many pixels away, and a vein's is farther by so
much, in pixels of the working copy; and the other way round."""

HIDDEN, EPOCHS, BATCH, NOISE, DROPPED = 32, 40, 512, 0.1, 0.2


@dataclass(frozen=True)
class Example:
    """The segments of a photograph: `features` float32[N,FEATURES]; `artery` and `vein` float64[N], how many of their
    pixels are such; `length` float64[N] in pixels.
    """

    segments: Segments
    features: NDArray[np.float32]
    artery: NDArray[np.float64]
    vein: NDArray[np.float64]
    length: NDArray[np.float64]


def example(copy: WorkingCopy, artery: Mask, vein: Mask) -> Example:
    """The segments of one photograph with their labels; `artery` and `vein` are centre-lines bool[h,w]."""
    segments = segments_of(copy.skeleton)
    lines = segments.labels > 0
    owners = segments.labels[lines] - 1
    features = features_of(copy.channels, copy.vessels, lines)
    to_artery, to_vein = (
        cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, 5)[lines] for line in (artery, vein)
    )
    is_artery = (to_artery <= NEAR) & (to_artery + CLEARLY < to_vein)
    is_vein = (to_vein <= NEAR) & (to_vein + CLEARLY < to_artery)
    pixels = [
        np.bincount(owners, each, segments.count).astype(np.float64)
        for each in (is_artery, is_vein, np.ones(len(owners)))
    ]
    return Example(segments, mean_features(features, owners, segments.count), *pixels)


def examples(data: Path, work: Path, vessels: Path) -> list[Example]:
    """All train photographs of AVRDB; the masks of their vessels are kept in `work`."""
    work.mkdir(parents=True, exist_ok=True)
    network, found = VesselNetwork(vessels), []
    wanted = [each for each in photographs_with_fields(data, "train") if each[0] == "AVRDB"]
    for _, id, path, field in tqdm(wanted, mininterval=10):
        bgr: Any = cv2.imread(str(path))
        rgb = np.ascontiguousarray(bgr[..., ::-1])
        view = find_field_of_view(rgb)
        kept = work / f"AVRDB-{id}.png"
        if not kept.exists():
            mask = segment(Photograph(rgb, view, ""), network).vessels
            cv2.imwrite(str(kept), mask.astype(np.uint8) * 255)
        mask_: Any = cv2.imread(str(kept), cv2.IMREAD_GRAYSCALE)
        copy = working_copy(rgb, view, np.asarray(mask_ > 0))
        label: Any = cv2.imread(str(path.parents[1] / "av" / f"{id}.png"))
        inside: Any = cv2.imread(str(field), cv2.IMREAD_GRAYSCALE)
        lines = centre_lines(np.ascontiguousarray(label[..., ::-1]), inside > 127)
        window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
        size = copy.vessels.shape[::-1]
        small = [cv2.resize(line[window].astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) for line in lines]
        found.append(example(copy, small[0] > 0, small[1] > 0))
    return found


def fit(photographs: list[Example], seed: int) -> dict[str, Any]:
    """Train; returns the weights. A segment counts by its labelled pixels."""
    keras.utils.set_random_seed(seed)
    features = np.concatenate([p.features for p in photographs])
    artery, vein = (np.concatenate(each) for each in zip(*((p.artery, p.vein) for p in photographs), strict=True))
    total = artery + vein
    features, artery, total = features[total > 0], artery[total > 0], total[total > 0]
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-3
    scaled = np.clip((features - mean) / deviation, -CLIP, CLIP)
    hidden, out = keras.layers.Dense(HIDDEN, "tanh"), keras.layers.Dense(1)
    noise, dropped = keras.layers.GaussianNoise(NOISE), keras.layers.Dropout(DROPPED)
    model = keras.Sequential([keras.Input(scaled.shape[1:]), noise, hidden, dropped, out])
    steps = -(-len(scaled) // BATCH) * EPOCHS
    rate = keras.optimizers.schedules.CosineDecay(5e-3, steps)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3), keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(scaled, (artery / total)[:, None], BATCH, EPOCHS, verbose=0, sample_weight=total / total.mean())
    (weights, bias), (last, last_bias) = hidden.get_weights(), out.get_weights()
    rounded = {"mean": mean, "deviation": deviation, "hidden": weights, "hidden_bias": bias, "out": last[:, 0]}
    return {name: np.round(value.astype(np.float64), 5).tolist() for name, value in rounded.items()} | {
        "out_bias": round(float(last_bias[0]), 5)
    }


def write(path: Path, weights: dict[str, Any], photographs: int) -> None:
    """Write the file, which is its own card."""
    card = {
        "name": "artery or vein",
        "input": "means over a segment of the numbers of function/retina/imaging/structures/appearance.py",
        "output": "the logit of being an artery",
        "training": {"AVRDB": photographs, "licence": "CC BY 4.0; cited in README.md"},
        "weights": weights,
    }
    path.write_text(json.dumps(card) + "\n")


def left_out(photographs: list[Example], folds: int, work: Path, seed: int) -> list[str]:
    """Balanced accuracy along segments of photographs left out, before and after evidence has travelled."""
    right: dict[str, NDArray[np.float64]] = {"alone": np.zeros((2, 2)), "propagated": np.zeros((2, 2))}
    for fold in range(folds):
        path = work / "fold.json"
        write(path, fit([p for i, p in enumerate(photographs) if i % folds != fold], seed), 0)
        classify = Classifier(path)
        for each in photographs[fold::folds]:
            own = classify(each.features)
            right["alone"] += _right(each, own)
            right["propagated"] += _right(each, propagated(each.segments, own, each.length))
    return [f"{name}: balanced accuracy {(each[:, 0] / each[:, 1]).mean():.3f}" for name, each in right.items()]


def _right(photograph: Example, evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels of arteries and of veins: those that are called so, and all, float64[2,2]."""
    artery, vein = photograph.artery, photograph.vein
    called = [(artery * (evidence > 0)).sum(), (vein * (evidence < 0)).sum()]
    return np.column_stack([called, [artery.sum(), vein.sum()]])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("build/artery_vein"))
    parser.add_argument("--vessels", type=Path, default=Path("models/unet.json"))
    parser.add_argument("--out", type=Path, default=Path("models"))
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    photographs = examples(options.data, options.work, options.vessels)
    if options.folds:
        print(*left_out(photographs, options.folds, options.work, options.seed), sep="\n")
    else:
        write(options.out / "artery_vein.json", fit(photographs, options.seed), len(photographs))


if __name__ == "__main__":
    main()
