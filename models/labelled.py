"""Labelled photographs on disk: a folder a set, with `images/`, `vessels/`, `fov/`, maybe `vessels2/` and `split.csv`.

Enters: the folder of a set. Leaves: `LabelledPhotograph`s, read one at a time. Changes and writes nothing.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from retina.arrays import Mask

SETS = ("CHASE_DB1", "HRF")
"""The sets that the shipped network learns from."""


@dataclass(frozen=True)
class LabelledPhotograph:
    """One photograph with its references, as files. `second` is the second observer's, where there is one."""

    id: str
    split: str
    photograph: Path
    vessels: Path
    field_of_view: Path
    second: Path | None


def read_set(folder: Path, split: str | None = None) -> Iterator[LabelledPhotograph]:
    """The photographs of the set in `folder`, all or those of one `split`, in the order of `split.csv`.

    Without a `split.csv` every photograph is yielded, as split "test". Raises `FileNotFoundError` for a photograph
    without its references.
    """
    listing = folder / "split.csv"
    photographs = {path.stem: path for path in sorted((folder / "images").iterdir())}
    if listing.exists():
        with listing.open(newline="") as lines:
            splits = {row["id"]: row["split"] for row in csv.DictReader(lines)}
    else:
        splits = dict.fromkeys(photographs, "test")
    for name, own in splits.items():
        if split in (None, own):
            second = folder / "vessels2" / f"{name}.png"
            found = LabelledPhotograph(
                id=name,
                split=own,
                photograph=photographs[name],
                vessels=folder / "vessels" / f"{name}.png",
                field_of_view=folder / "fov" / f"{name}.png",
                second=second if second.exists() else None,
            )
            for reference in (found.vessels, found.field_of_view):
                if not reference.exists():
                    raise FileNotFoundError(reference)
            yield found


def training_photographs(data: Path, sets: Sequence[str] = SETS) -> list[list[LabelledPhotograph]]:
    """The photographs learned from, a list a set: the whole train split of each."""
    return [list(read_set(data / name, "train")) for name in sets]


def read_mask(path: Path) -> Mask:
    """Bool[H,W] of a 0/255 image."""
    return np.asarray(Image.open(path).convert("L")) > 127
