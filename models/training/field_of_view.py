"""Train the small network that finds the field of view, on compositions of free photographs with drawn surrounds.

Takes a folder of sets with `images/`, `fov/` and `split.csv`, of which only the train splits are read. Writes
`field_of_view.tflite` and its card `field_of_view.json`; the card's scores are those of `models.evaluation.surrounds`
and are written by hand. About half an hour on one core that is free.

`python -m models.training.field_of_view --data DIR [--out models] [--compositions 8400] [--epochs 7]`
"""

import argparse
import hashlib
import io
import json
from collections import Counter
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from numpy.typing import NDArray

from models.training.field_examples import SIDE, examples
from models.training.labelled import photographs_with_fields

BATCH = 24


def build() -> keras.Model:
    """RGB float32[N,96,96,3], 0 to 255, to the share of field of view in 2x2 pixels, float32[N,48,48,1], 0 to 1.

    A U-Net of 3x3 convolutions, whose skips are added, not joined.
    """

    def convolution(x: Any, filters: int, stride: int = 1) -> Any:
        x = layers.Conv2D(filters, 3, stride, "same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.95)(x))

    source = keras.Input((SIDE, SIDE, 3), name="rgb")
    x = convolution(layers.Rescaling(1 / 127.5, -1)(source), 8, 2)
    x = convolution(convolution(x, 20, 2), 20)
    skips = []
    for filters in (40, 48, 56):
        skips.append(x)
        x = convolution(convolution(x, filters, 2), filters)
    everywhere = layers.Dense(56)(layers.GlobalAveragePooling2D(keepdims=True)(x))
    x = layers.ReLU()(layers.Add()([x, everywhere]))
    for filters, skip in zip((48, 40, 20), reversed(skips), strict=True):
        x = layers.UpSampling2D(interpolation="bilinear")(layers.Conv2D(filters, 1)(x))
        x = convolution(layers.Add()([x, skip]), filters)
    x = layers.UpSampling2D(interpolation="bilinear")(layers.Conv2D(8, 1)(x))
    return keras.Model(source, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x))


def loss(target: Any, found: Any) -> Any:
    """Cross-entropy plus one minus the overlap of each photograph."""
    found = ops.clip(found, 1e-6, 1 - 1e-6)
    entropy = -(target * ops.log(found) + (1 - target) * ops.log(1 - found))
    both = ops.sum(target * found, axis=(1, 2, 3))
    overlap = (both + 1) / (ops.sum(target + found, axis=(1, 2, 3)) - both + 1)
    return ops.mean(entropy, axis=(1, 2, 3)) + 1 - overlap


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches in random order, mirrored and turned at random."""

    def __init__(self, pictures: NDArray[np.uint8], targets: NDArray[np.uint8], seed: int) -> None:
        super().__init__()
        self._pictures, self._targets = pictures, targets
        self._random = np.random.default_rng(seed)
        self._order = self._random.permutation(len(pictures))

    def __len__(self) -> int:
        return len(self._order) // BATCH

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        chosen = np.sort(self._order[index * BATCH : (index + 1) * BATCH])
        pictures, targets = self._pictures[chosen], self._targets[chosen]
        turns, mirrored = int(self._random.integers(4)), bool(self._random.integers(2))
        if mirrored:
            pictures, targets = pictures[:, ::-1], targets[:, ::-1]
        pictures, targets = (np.rot90(a, turns, (1, 2)) for a in (pictures, targets))
        shift = self._random.uniform(0.85, 1.15, (BATCH, 1, 1, 3)).astype(np.float32)
        return np.clip(pictures * shift, 0, 255), targets.astype(np.float32) / np.float32(255)

    def on_epoch_end(self) -> None:
        """Draw another order."""
        self._order = self._random.permutation(len(self._pictures))


def train(data: Path, work: Path, count: int, epochs: int, seed: int) -> keras.Model:
    """Train a new network; its weights are in `work` after every epoch."""
    keras.utils.set_random_seed(seed)
    pictures, targets = examples(data, count, seed)
    model = build()
    steps = count // BATCH * epochs
    rate = keras.optimizers.schedules.CosineDecay(3e-4, steps - 100, alpha=0.01, warmup_target=4e-3, warmup_steps=100)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=1e-4, clipnorm=1.0), loss, jit_compile=False)
    keep = keras.callbacks.ModelCheckpoint(work / "field_of_view.weights.h5", save_weights_only=True)
    model.fit(Batches(pictures, targets, seed), epochs=epochs, verbose=2, callbacks=[keep])
    return model


def write(model: keras.Model, out: Path, data: Path, **made: int) -> None:
    """Write the TFLite file, its weights in 8 bits, and its card; `made` says how it was trained."""
    source = keras.Input((SIDE, SIDE, 3), batch_size=1)
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(source, model(source, training=False)))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    with redirect_stdout(io.StringIO()):  # Keras lists every tensor that it exports
        file = bytes(converter.convert())
    (out / "field_of_view.tflite").write_bytes(file)
    card = {
        "name": "field of view",
        "file": "field_of_view.tflite",
        "sha256": hashlib.sha256(file).hexdigest(),
        "parameters": model.count_params(),
        "precision": "int8 weights, float32 activations",
        "input": f"the photograph stretched to {SIDE}x{SIDE} by area averages, RGB, 0 to 255",
        "output": f"{SIDE // 2}x{SIDE // 2} cells, 0 to 1: the share of each that is field of view",
        "training": {
            "photographs": dict(Counter(set_ for set_, *_ in photographs_with_fields(data, "train"))),
            "licence": "CC BY 4.0, all of them; cited in README.md",
            **made,
        },
    }
    (out / "field_of_view.json").write_text(json.dumps(card, indent=2) + "\n")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("build/field_of_view"))
    parser.add_argument("--out", type=Path, default=Path("models"))
    parser.add_argument("--compositions", type=int, default=8400)
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    made = {"compositions": arguments.compositions, "epochs": arguments.epochs, "seed": arguments.seed}
    model = train(arguments.data, arguments.work, arguments.compositions, arguments.epochs, arguments.seed)
    write(model, arguments.out, arguments.data, **made)


if __name__ == "__main__":
    main()
