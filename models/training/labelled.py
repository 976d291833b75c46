"""Labelled photographs on disk: a folder a set, with `images/`, `vessels/`, `fov/`, maybe `vessels2/` and `split.csv`.

Enters: the folder of a set. Leaves: `LabelledPhotograph`s, read one at a time. Changes and writes nothing.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from retina.imaging.arrays import Mask

SETS = ("CHASE_DB1", "HRF")
"""The sets that the shipped network learns from."""


class LabelledSetError(ValueError):
    """A set on disk is not what it should be; the message says what is wrong with it."""


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

    Without a `split.csv` every photograph is yielded, as split "test". Files in `images/` that are no photographs are
    left out. Raises `LabelledSetError` for a set that is not there or not whole.
    """
    if not (folder / "images").is_dir():
        raise LabelledSetError(f"there is no set in {folder}: it must hold images/, vessels/ and fov/")
    listing = folder / "split.csv"
    found = sorted((folder / "images").iterdir())
    photographs = {path.stem: path for path in found if path.suffix.lower() in Image.registered_extensions()}
    splits = _splits(listing) if listing.exists() else dict.fromkeys(photographs, "test")
    for name, own in splits.items():
        if name not in photographs:
            raise LabelledSetError(f"{listing} names {name}, but {folder / 'images'} has no such photograph")
        if split in (None, own):
            second = folder / "vessels2" / f"{name}.png"
            labelled = LabelledPhotograph(
                id=name,
                split=own,
                photograph=photographs[name],
                vessels=folder / "vessels" / f"{name}.png",
                field_of_view=folder / "fov" / f"{name}.png",
                second=second if second.exists() else None,
            )
            for reference in (labelled.vessels, labelled.field_of_view):
                if not reference.exists():
                    raise LabelledSetError(f"{labelled.photograph} has no reference {reference}")
            yield labelled


def _splits(listing: Path) -> dict[str, str]:
    with listing.open(newline="") as lines:
        reader = csv.DictReader(lines)
        if not {"id", "split"} <= set(reader.fieldnames or ()):
            raise LabelledSetError(f"{listing} must start with a line id,split")
        return {row["id"]: row["split"] for row in reader}


def read_sets(data: Path, names: Sequence[str] | None, split: str) -> dict[str, list[LabelledPhotograph]]:
    """The photographs of one `split` ("all": of every one) by the name of their set, which is its folder in `data`.

    Without `names` all sets are read. Sets without such photographs are left out; `LabelledSetError` where all are.
    """
    names = names or sorted(folder.parent.name for folder in data.glob("*/images"))
    wanted = None if split == "all" else split
    sets = {name: found for name in names if (found := list(read_set(data / name, wanted)))}
    if not sets:
        raise LabelledSetError(f"there are no photographs of this split in {data}: it must hold a folder a set")
    return sets


def training_photographs(data: Path, sets: Sequence[str] = SETS) -> list[list[LabelledPhotograph]]:
    """The photographs learned from, a list a set: the whole train split of each."""
    return [list(read_set(data / name, "train")) for name in sets]


def read_mask(path: Path) -> Mask:
    """Bool[H,W] of a 0/255 image."""
    return np.asarray(Image.open(path).convert("L")) > 127
