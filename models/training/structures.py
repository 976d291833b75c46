"""Train the structures network: optic disc and fovea.

Takes a folder of labelled sets, of which only the train splits are read. Writes `weights.keras`, a checkpoint from
which a later run resumes, and `log.csv`. An hour on one free core.
`python -m models.training.structures --data DIR --out build/structures [--steps 3000]`.
"""

import argparse
from pathlib import Path
from typing import Any

import keras
from keras import ops

from models import structure_network
from models.training import cycle
from models.training.structure_examples import Batches, sources

EVERY = 50
"""Steps between checkpoints."""

STATISTICS = 60
"""Batches from which the batch statistics of the averaged weights are estimated."""


@keras.saving.register_keras_serializable(package="retina")  # type: ignore[untyped-decorator]
def structure_loss(target: Any, probability: Any) -> Any:
    """Cross-entropy of the disc, plus soft Dice, and of the fovea, where they are known.

    `target` is float32[N,h,w,5] of `structure_examples`, `probability` float32[N,h,w,2].
    """
    p = ops.clip(ops.cast(probability, "float32"), 1e-5, 1 - 1e-5)
    disc, fovea = p[..., 0], p[..., 1]
    known = target[..., 1] * target[..., 4]
    entropy = -ops.sum(known * _log_likelihood(target[..., 0], disc)) / (ops.sum(known) + 1.0)
    overlap = ops.sum(known * disc * target[..., 0])
    dice = (2 * overlap + 1.0) / (ops.sum(known * (disc + target[..., 0])) + 1.0)
    seen = target[..., 3] * target[..., 4]
    # Less what the target's own softness costs, so that 0 is the least.
    soft = ops.clip(target[..., 2], 1e-5, 1 - 1e-5)
    surprise = _log_likelihood(soft, soft) - _log_likelihood(target[..., 2], fovea)
    places = ops.sum(seen * surprise) / (ops.sum(seen) + 1.0)
    return 2 * entropy + 0.5 * (1 - dice) + 4 * places


def _log_likelihood(target: Any, p: Any) -> Any:
    return target * ops.log(p) + (1 - target) * ops.log(1 - p)


def new_model(steps: int, rate: float) -> keras.Model:
    """A compiled, untrained network: AdamW, a short warm-up, then cosine decay; averaged weights."""
    warm_up = min(100, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 50, steps - warm_up, alpha=0.01, warmup_target=rate, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=1e-4, clipnorm=1.0, use_ema=True, ema_momentum=0.98, ema_overwrite_frequency=None
    )
    model = structure_network.build()
    model.compile(optimizer, structure_loss, jit_compile=False)
    return model


def train(data: Path, out: Path, *, steps: int, batch: int, seed: int, rate: float, cache: Path | None) -> Path:
    """Train, or resume from the last checkpoint in `out`; returns the path of the averaged weights."""
    keras.utils.set_random_seed(seed)
    draw = Batches(sources(data, cache or out / "cache", "train"), batch, seed)
    return cycle.run(out, lambda: new_model(steps, rate), draw, steps, every=EVERY, statistics=STATISTICS)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of sets")
    parser.add_argument("--out", type=Path, default=Path("build/structures"))
    parser.add_argument("--cache", type=Path, help="where cropped photographs are kept; by default in --out")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    print(train(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
