"""Train the structures network: optic disc, fovea, arteries and veins.

Takes a folder of labelled sets, of which only the train splits are read. Writes `weights.keras`, a checkpoint from
which a later run resumes, and `log.csv`. With KERAS_BACKEND=jax it runs on a GPU; once its cache is filled, `--data`
can be omitted. With `--folds`, one photograph in so many is left out, to judge by.
`python -m models.training.structures --data DIR --out build/structures [--steps 4000] [--processes 8]`.
"""

import argparse
from pathlib import Path
from typing import Any

import keras
from keras import ops

from models import structure_network
from models.training import cycle
from models.training.structure_examples import Batches
from models.training.structure_sources import fill, sources

EVERY = 200
"""Steps between checkpoints."""

STATISTICS = 50
"""Batches from which the batch statistics of the averaged weights are estimated."""


@keras.saving.register_keras_serializable(package="retina")  # type: ignore[untyped-decorator]
def structure_loss(target: Any, probability: Any) -> Any:
    """Cross-entropy of the disc, plus soft Dice, of the fovea and along centre-lines, where they are known.

    `target` is float32[N,h,w,7] of `structure_examples`, `probability` float32[N,h,w,3].
    """
    p = ops.clip(ops.cast(probability, "float32"), 1e-5, 1 - 1e-5)
    disc, fovea, artery = p[..., 0], p[..., 1], p[..., 2]
    known = target[..., 1] * target[..., 4]
    entropy = -ops.sum(known * _log_likelihood(target[..., 0], disc)) / (ops.sum(known) + 1.0)
    overlap = ops.sum(known * disc * target[..., 0])
    dice = (2 * overlap + 1.0) / (ops.sum(known * (disc + target[..., 0])) + 1.0)
    seen = target[..., 3] * target[..., 4]
    # Less what the target's own softness costs, so that 0 is the least.
    soft = ops.clip(target[..., 2], 1e-5, 1 - 1e-5)
    surprise = _log_likelihood(soft, soft) - _log_likelihood(target[..., 2], fovea)
    places = ops.sum(seen * surprise) / (ops.sum(seen) + 1.0)
    arteries, veins = target[..., 5], target[..., 6]
    lines = -ops.sum(arteries * ops.log(artery) + veins * ops.log(1 - artery)) / (ops.sum(arteries + veins) + 1.0)
    return 2 * entropy + 0.5 * (1 - dice) + 4 * places + 2 * lines


def _log_likelihood(target: Any, p: Any) -> Any:
    return target * ops.log(p) + (1 - target) * ops.log(1 - p)


def new_model(steps: int, rate: float) -> keras.Model:
    """A compiled, untrained network: AdamW, a short warm-up, then cosine decay; averaged weights."""
    warm_up = min(100, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 50, steps - warm_up, alpha=0.01, warmup_target=rate, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=1e-2, clipnorm=1.0, use_ema=True, ema_momentum=0.995, ema_overwrite_frequency=None
    )
    model = structure_network.build()
    # TensorFlow's own compiler gains nothing here; JAX does without none.
    model.compile(optimizer, structure_loss, jit_compile=keras.backend.backend() == "jax")
    return model


def train(
    cache: Path,
    out: Path,
    *,
    data: Path | None = None,
    steps: int,
    batch: int,
    seed: int,
    rate: float,
    processes: int = 0,
    fold: int = 0,
    folds: int = 0,
    begin: Path | None = None,
) -> Path:
    """Train, or resume from the last checkpoint in `out`; returns the path of the averaged weights.

    `begin`: weights of an earlier run to start from, instead of random ones.
    """
    keras.utils.set_random_seed(seed)
    if data:
        fill(data, cache)
    draw = Batches(sources(cache, fold, folds), batch, seed)

    def first() -> keras.Model:
        model = new_model(steps, rate)
        if begin:
            model.set_weights(keras.saving.load_model(begin, compile=False).get_weights())
        return model

    return cycle.run(out, first, draw, steps, every=EVERY, statistics=STATISTICS, processes=processes)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder of sets")
    parser.add_argument("--out", type=Path, default=Path("build/structures"))
    parser.add_argument("--cache", type=Path, default=Path("build/structures/cache"), help="for cropped photographs")
    parser.add_argument("--begin", type=Path, help="weights.keras of an earlier run, for a further cycle")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=0, help="that draw examples beside this one")
    parser.add_argument("--fold", type=int, default=0)
    parser.add_argument("--folds", type=int, default=0)
    print(train(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
