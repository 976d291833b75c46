"""Read labelled photographs from disk.

A set is a folder with `images/`, `vessels/`, `fov/`, and optionally `vessels2/` and `split.csv`. `read_set` takes such
a folder and yields `LabelledPhotograph`s. Nothing on disk is changed.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from retina.imaging.arrays import Mask

SETS = ("CHASE_DB1", "HRF")
"""The sets that the shipped network is trained on."""


class LabelledSetError(ValueError):
    """A set on disk is incomplete or malformed; the message says how."""


@dataclass(frozen=True)
class LabelledPhotograph:
    """The files of one photograph and its references. `second` is the second observer's mask, if there is one."""

    id: str
    split: str
    photograph: Path
    vessels: Path
    field_of_view: Path
    second: Path | None


def read_set(folder: Path, split: str | None = None) -> Iterator[LabelledPhotograph]:
    """The photographs of the set in `folder`, all or those of one `split`, in the order of `split.csv`.

    Without a `split.csv` every photograph is yielded, as split "test". Files in `images/` that are not images are
    ignored. Raises `LabelledSetError` if the set is missing or incomplete.
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
    """The photographs of one `split` ("all" for every split), by the name of their set, which is its folder in `data`.

    Without `names` all sets are read. Sets without such photographs are omitted; raises `LabelledSetError` if all are.
    """
    names = names or sorted(folder.parent.name for folder in data.glob("*/images"))
    wanted = None if split == "all" else split
    sets = {name: found for name in names if (found := list(read_set(data / name, wanted)))}
    if not sets:
        raise LabelledSetError(f"there are no photographs of this split in {data}: it must hold a folder a set")
    return sets


def training_photographs(data: Path, sets: Sequence[str] = SETS) -> list[list[LabelledPhotograph]]:
    """The photographs to train on, one list per set: the whole train split of each."""
    return [list(read_set(data / name, "train")) for name in sets]


def read_mask(path: Path) -> Mask:
    """Read a 0/255 image as bool[H,W]."""
    return np.asarray(Image.open(path).convert("L")) > 127


def photographs_with_fields(data: Path, split: str = "all") -> list[tuple[str, str, Path, Path]]:
    """(set, id, photograph, field of view) of all sets in `data`, whether or not they have references of vessels."""
    found = []
    for folder in sorted(path.parent for path in data.glob("*/fov")):
        splits = _splits(folder / "split.csv") if (folder / "split.csv").exists() else {}
        for photograph in sorted((folder / "images").iterdir()):
            field = folder / "fov" / f"{photograph.stem}.png"
            if field.exists() and split in ("all", splits.get(photograph.stem, "test")):
                found.append((folder.name, photograph.stem, photograph, field))
    return found
