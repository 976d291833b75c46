"""Labelled photographs on disk: a folder a set, with `images/`, `vessels/`, `fov/`, maybe `vessels2/` and `split.csv`.

Enters: the folder of a set. Leaves: `LabelledPhotograph`s, read one at a time. Changes and writes nothing.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from retina.arrays import Mask

SETS = ("CHASE_DB1", "HRF")
"""The sets that the shipped network learns from."""
HELD_OUT = frozenset({"Image_09L", "Image_09R", "Image_10L", "Image_10R", "05_dr", "05_g", "05_h"})
"""Of the train splits: both eyes of two children, and one photograph a diagnosis."""


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


def training_photographs(data: Path) -> list[list[LabelledPhotograph]]:
    """The photographs learned from, a list a set."""
    return [[p for p in read_set(data / name, "train") if p.id not in HELD_OUT] for name in SETS]


def held_out_photographs(data: Path) -> list[list[LabelledPhotograph]]:
    """The photographs of the train splits that are kept for validation, a list a set."""
    return [[p for p in read_set(data / name, "train") if p.id in HELD_OUT] for name in SETS]


def read_mask(path: Path) -> Mask:
    """Bool[H,W] of a 0/255 image."""
    return np.asarray(Image.open(path).convert("L")) > 127
