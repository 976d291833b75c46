"""One training cycle: steps, checkpoints from which a later run resumes, and the average of the weights at the end.

Takes a folder, the model and its batches. Writes `checkpoint.keras`, `log.csv` and `weights.keras`.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from models.training.drawing import drawn_ahead


def run(
    out: Path,
    begin: Callable[[], keras.Model],
    draw: Callable[[int], tuple[Any, Any]],
    steps: int,
    *,
    every: int,
    statistics: int,
    processes: int = 0,
) -> Path:
    """Train up to `steps`, from the checkpoint in `out` or, without one, from the compiled model of `begin`.

    `draw` gives the inputs and targets of a step. There are `every` steps between checkpoints. The batch statistics of
    the averaged weights are estimated from `statistics` batches. So many `processes` draw batches, or a thread. Returns
    the path of the averaged weights.
    """
    checkpoint, weights, log = out / "checkpoint.keras", out / "weights.keras", out / "log.csv"
    out.mkdir(parents=True, exist_ok=True)
    if checkpoint.exists():
        model = keras.saving.load_model(checkpoint)
    else:
        model = begin()
        log.write_text("step,loss\n")
    start = int(model.optimizer.iterations)
    losses: list[float] = []
    batches = drawn_ahead(draw, range(start, steps + statistics), processes)
    with tqdm(total=steps, initial=start, unit="step", mininterval=5) as progress:
        for step in range(start, steps):
            inputs, targets = next(batches)
            losses.append(float(model.train_on_batch(inputs, targets)))
            progress.update()
            if (step + 1) % every == 0 or step + 1 == steps:
                _replace(model, checkpoint)
                with log.open("a", newline="") as lines:
                    csv.writer(lines).writerow([step + 1, f"{np.mean(losses):.5f}"])
                progress.set_postfix(loss=f"{np.mean(losses):.4f}")
                losses.clear()
    averaged = keras.saving.load_model(checkpoint)
    averaged.optimizer.finalize_variable_values(averaged.trainable_variables)
    # The checkpoint's batch statistics belong to the last weights. The averaged weights need their own.
    for inputs, _ in tqdm(batches, total=statistics, unit="batch", desc="batch statistics", mininterval=5):
        averaged(inputs, training=True)
    _replace(averaged, weights)
    return weights


def _replace(model: keras.Model, path: Path) -> None:
    """Save atomically: a run that is killed while saving leaves the previous checkpoint."""
    partial = path.with_name(f"partial-{path.name}")
    model.save(partial)
    partial.replace(path)
