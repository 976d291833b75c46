"""Train the U-Net on the train splits of CHASE_DB1 and HRF, or on one of them to test it on the other.

Takes a folder of labelled sets. Writes `weights.keras`, a checkpoint from which a later run resumes, and `log.csv`.
`python -m models.training.train --data DIR --out build/train [--sets HRF]`. The test splits are never read.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
from keras import ops

from models import network
from models.training import cycle, patches
from models.training.labelled import SETS, training_photographs
from retina.imaging.network import VesselNetwork

EVERY = 250
"""Steps between checkpoints."""


@keras.saving.register_keras_serializable(package="retina")  # type: ignore[untyped-decorator]
def loss(target: Any, probability: Any) -> Any:
    """Cross-entropy plus soft Dice, inside the field of view.

    `target` is float32[N,H,W,2] (vessel 0 to 1, inside 0 or 1), `probability` float32[N,H,W,1].
    """
    return cross_entropy(target, probability) + 1 - soft_dice(target, probability)


def soft_dice(target: Any, probability: Any) -> Any:
    """Soft Dice inside the field of view, 0 to 1; arguments as for `loss`.

    It is pooled over the batch, so that patches without vessels do no harm (Milletari et al. 2016, arXiv 1606.04797,
    without squares).
    """
    vessel, inside = target[..., 0], target[..., 1]
    p = ops.clip(ops.cast(probability[..., 0], "float32"), 1e-6, 1 - 1e-6)
    overlap = ops.sum(inside * p * vessel)
    return (2 * overlap + 1.0) / (ops.sum(inside * p) + ops.sum(inside * vessel) + 1.0)


@keras.saving.register_keras_serializable(package="retina")  # type: ignore[untyped-decorator]
def cross_entropy(target: Any, probability: Any) -> Any:
    """Mean cross-entropy over the pixels inside the field of view; arguments as for `loss`.

    The best answer to it is the true probability (Gneiting and Raftery 2007), whereas soft Dice pushes probabilities
    apart.
    """
    vessel, inside = target[..., 0], target[..., 1]
    p = ops.clip(ops.cast(probability[..., 0], "float32"), 1e-6, 1 - 1e-6)
    entropy = -(vessel * ops.log(p) + (1 - vessel) * ops.log(1 - p))
    return ops.sum(inside * entropy) / (ops.sum(inside) + 1.0)


STATISTICS = 250
"""Batches from which the batch statistics of the averaged weights are estimated."""


def new_model(steps: int, rate: float, learned_by: Any = loss, widths: Sequence[int] | None = None) -> keras.Model:
    """A compiled, untrained network: AdamW, a short warm-up, then cosine decay; averaged weights (momentum 0.999)."""
    warm_up = min(200, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 50, steps - warm_up, alpha=0.003, warmup_target=rate, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=1e-4, clipnorm=1.0, use_ema=True, ema_momentum=0.999, ema_overwrite_frequency=None
    )
    model = network.build(widths=widths)
    model.compile(optimizer, learned_by)
    return model


def train(
    data: Path,
    out: Path,
    *,
    steps: int,
    batch: int,
    seed: int,
    rate: float,
    sets: Sequence[str] = SETS,
    begin: Path | None = None,
    teacher: Path | None = None,
    small: float = 0.0,
    calibrated: bool = False,
) -> Path:
    """Train, or resume from the last checkpoint in `out`; returns the path of the averaged weights.

    `begin`: weights of an earlier run to start from, instead of random ones, with as many filters. `teacher`: the card
    of a network whose probability maps are half of the labels (Hinton et al. 2015, arXiv 1503.02531; with a network of
    the same size: Furlanello et al. 2018, arXiv 1805.04770). `small`: the share of the photographs that are reduced to
    what a smaller camera gives. `calibrated`: learn by cross-entropy alone.
    """
    keras.utils.set_random_seed(seed)
    taught_by = VesselNetwork(teacher) if teacher else None
    draw = patches.Patches(
        [
            [patches.load(p, taught_by, small=small > 0) for p in photographs]
            for photographs in training_photographs(data, sets)
        ],
        batch,
        seed,
        small,
    )

    def first() -> keras.Model:
        learned_by = cross_entropy if calibrated else loss
        if begin is None:
            return new_model(steps, rate, learned_by)
        begun = keras.saving.load_model(begin, compile=False)
        model = new_model(steps, rate, learned_by, network.widths_of(begun))
        model.set_weights(begun.get_weights())
        return model

    return cycle.run(out, first, draw, steps, every=EVERY, statistics=STATISTICS)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with CHASE_DB1/ and HRF/")
    parser.add_argument("--out", type=Path, default=Path("build/train"))
    parser.add_argument("--sets", nargs="+", default=SETS, help="the sets to learn from")
    parser.add_argument("--begin", type=Path, help="weights.keras of an earlier run, for a further cycle")
    parser.add_argument("--teacher", type=Path, help="the card of a network whose maps are half of the labels")
    parser.add_argument("--small", type=float, default=0.0, help="share of photographs as a smaller camera gives them")
    parser.add_argument("--calibrated", action="store_true", help="learn by cross-entropy alone, without soft Dice")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--precision", default="mixed_bfloat16", help="a Keras dtype policy")
    arguments = vars(parser.parse_args())
    keras.mixed_precision.set_global_policy(arguments.pop("precision"))
    print(train(**arguments))


if __name__ == "__main__":
    main()
