"""Train a network further that has been fitted to another one, by soft labels and with frozen batch statistics.

Takes the network to begin with, of any widths, the cards of teachers, whose maps are a part of the labels, and a folder
of sets, of which only the train splits are read: see `soft_labels`. Writes `weights.keras`, the averaged weights, the
same as `weights.npz`, which `models.export.narrow` takes, a checkpoint from which a later run resumes, and `log.csv`.

`python -m models.training.further --begin build/narrow/weights.keras --teachers CARD --data DIR --out build/further`
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
from keras import ops

from models import network
from models.export import narrow
from models.export.readback import fold
from models.training import cycle
from models.training.soft_labels import Batches, sources
from models.training.train import cross_entropy, soft_dice
from retina.imaging.network import VesselNetwork

EVERY = 250
"""Steps between checkpoints."""
WARM_UP = 150
"""Steps in which the rate rises."""
MOMENTUM = 0.998
"""How much of the averaged weights each step leaves."""
DICE = 0.3
"""Weight of soft Dice in the loss. With more of it, probabilities are pushed apart."""


@keras.saving.register_keras_serializable(package="retina")  # type: ignore[untyped-decorator]
def soft_label_loss(target: Any, probability: Any) -> Any:
    """Cross-entropy plus a little soft Dice, inside the field of view; arguments as for `train.loss`."""
    return cross_entropy(target, probability) + DICE * (1 - soft_dice(target, probability))


@keras.saving.register_keras_serializable(package="retina")
class Falling(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A rate that rises for `warm_up` steps, falls to zero in a straight line over all `steps` and stays there."""

    def __init__(self, rate: float, steps: int, warm_up: int) -> None:
        self._given = {"rate": rate, "steps": steps, "warm_up": warm_up}

    def __call__(self, step: Any) -> Any:
        """The rate of the step of this number, from 0."""
        done, given = ops.cast(step, "float32"), self._given
        left = ops.maximum(0.0, 1 - done / given["steps"])
        return given["rate"] * left * ops.minimum(1.0, (done + 1) / given["warm_up"])

    def get_config(self) -> dict[str, Any]:
        """What a checkpoint says of it."""
        return self._given


def new_model(begin: Path, steps: int, rate: float) -> keras.Model:
    """The network in the file `begin`, compiled, with its batch statistics frozen: patches are few in a batch."""
    begun = keras.saving.load_model(begin, compile=False)
    model = network.build(widths=network.widths_of(begun), frozen=True)
    model.set_weights(begun.get_weights())
    optimizer = keras.optimizers.Adam(
        Falling(rate, steps, WARM_UP),
        global_clipnorm=1.0,
        use_ema=True,
        ema_momentum=MOMENTUM,
        ema_overwrite_frequency=None,
    )
    model.compile(optimizer, soft_label_loss)
    return model


def train(
    data: Path, out: Path, *, begin: Path, teachers: Sequence[Path], steps: int, batch: int, seed: int, rate: float
) -> Path:
    """Train, or resume from the last checkpoint in `out`; returns the path of the averaged weights."""
    draw = Batches(sources(data, [VesselNetwork(card) for card in teachers]), batch, seed)
    weights = cycle.run(out, lambda: new_model(begin, steps, rate), draw, steps, every=EVERY, statistics=0)
    narrow.write(fold(keras.saving.load_model(weights, compile=False)), weights.with_suffix(".npz"))
    return weights


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--begin", type=Path, required=True, help="the network to train, weights.keras")
    parser.add_argument("--teachers", type=Path, nargs="+", required=True, help="the cards of networks that label, too")
    parser.add_argument("--data", type=Path, required=True, help="the folder with the sets that `SHARES` names")
    parser.add_argument("--out", type=Path, default=Path("build/further"))
    parser.add_argument("--steps", type=int, default=6500, help="the rate falls over those of the first run")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--precision", default="mixed_bfloat16", help="a Keras dtype policy")
    arguments = vars(parser.parse_args())
    keras.mixed_precision.set_global_policy(arguments.pop("precision"))
    print(train(**arguments))


if __name__ == "__main__":
    main()
