"""Measure every labelled photograph by every reader: the network, its bare mask, and the people who drew its vessels.

All measurements of the registry are taken, from the maps that `models.evaluation.own_maps` keeps. The readers:

- `network`: what the service answers; disc and fovea as found.
- `network's mask`: the same without probabilities, so measured as a reference mask is.
- `first observer` and `second observer`: reference masks; disc and fovea as drawn, where they are drawn. In AVRDB the
  strokes of a broad brush, so that widths mean nothing; in IDRID only discs.

Arteries and veins are told apart by the structures network, but for AVRDB's observer. A row is written for each
photograph and reader, with the regional values of `models.evaluation.regional_values`; what is not measured is empty.
An interrupted run continues after the last photograph that it wrote.

`python -m models.evaluation.measured_values --data DIR --maps DIR --values FILE.csv`
"""

import argparse
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.evaluation.central_equivalents import drawn_kinds
from models.evaluation.measuring import read_photograph
from models.evaluation.own_maps import SETS, OwnMaps
from models.evaluation.presence import strokes_of
from models.evaluation.regional_values import regional_columns, regional_values
from models.evaluation.structures import reference_disc
from models.evaluation.value_table import read_values
from models.training import annotations
from models.training.centre_lines import read_centre_lines
from models.training.labelled import photographs_with_fields, read_mask
from retina.imaging.arrays import Mask
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.regional import measure_regions
from retina.imaging.measurements.registry import MEASUREMENTS, measure
from retina.imaging.model_card import read_model_card
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import over
from retina.imaging.structures.artery_vein import Kinds
from retina.imaging.structures.disc import Disc
from retina.imaging.structures.finding import find_structures
from retina.imaging.structures.fovea import Fovea

NETWORK, MASK, FIRST, SECOND = "network", "network's mask", "first observer", "second observer"

FRAME_SHARE = "frame_share"
"""Beside the registry's measurements: vessel pixels per pixel of the whole photograph, as others have published it."""

COLUMNS = (
    *("set", "photograph", "split", "reader", FRAME_SHARE),
    *(each.name for each in MEASUREMENTS),
    *regional_columns(),
)


@dataclass(frozen=True)
class Labelled:
    """A photograph of a set, its field of view in the set, and its maps."""

    set: str
    id: str
    path: Path
    field: Path
    maps: OwnMaps

    def drawn(self, folder: str) -> Path:
        """The file that would be its reference in the set's `folder`."""
        return self.path.parents[1] / folder / f"{self.id}.png"


def readings(labelled: Labelled, threshold: Callable[[int], float]) -> Iterator[tuple[str, Observation]]:
    """Each reader and what it has to measure; `threshold` gives that for a field of view so many pixels wide."""
    photograph, probability = read_photograph(labelled.path), labelled.maps.probability()
    view = photograph.field_of_view
    found = over(probability, threshold(view.side))
    structures = labelled.maps.structures()
    seen = Observation(found, view, probability, find_structures(photograph, found, structures))
    yield NETWORK, seen
    yield MASK, replace(seen, probability=None)
    for reader, mask in references(labelled, photograph):
        yield reader, drawn_observation(labelled, photograph, mask)


def references(labelled: Labelled, photograph: Photograph) -> Iterator[tuple[str, Mask]]:
    """Each observer with the vessels bool[H,W] inside the field of view; nowhere any if only the disc was drawn."""
    height, width = photograph.rgb.shape[:2]
    inside = photograph.field_of_view.mask((height, width))
    if labelled.drawn("vessels").exists():
        yield FIRST, read_mask(labelled.drawn("vessels")) & inside
    elif labelled.drawn("av").exists():
        yield FIRST, strokes_of(labelled.drawn("av")) & inside
    else:
        yield FIRST, np.zeros_like(inside)
    if labelled.drawn("vessels2").exists():
        yield SECOND, read_mask(labelled.drawn("vessels2")) & inside


def drawn_observation(labelled: Labelled, photograph: Photograph, vessels: Mask) -> Observation:
    """An observer's mask bool[H,W], with disc, fovea and kinds as drawn as far as they are."""
    structures = find_structures(photograph, vessels, labelled.maps.structures())
    disc = drawn_disc(labelled, (vessels.shape[0], vessels.shape[1]))
    if disc:
        structures = replace(structures, disc=disc)
    if place := annotations.foveas().get((labelled.set, labelled.id)):
        structures = replace(structures, fovea=Fovea(*place, 1))
    if labelled.drawn("av").exists():

        def find_kinds() -> Kinds:
            return drawn_kinds(*read_centre_lines(labelled.drawn("av"), labelled.field))

        structures = replace(structures, find_kinds=find_kinds)
    return Observation(vessels, photograph.field_of_view, None, structures)


def drawn_disc(labelled: Labelled, shape: tuple[int, int]) -> Disc | None:
    """The ellipse that was drawn, or one with the area of the disc that was; None if neither was."""
    if ellipse := annotations.discs().get((labelled.set, labelled.id)):
        return Disc(ellipse.x, ellipse.y, ellipse.long, ellipse.short, ellipse.angle, 1)
    mask = reference_disc(labelled.path.parents[1], labelled.id, shape)
    if mask is None:
        return None
    rows, columns = np.nonzero(mask)
    diameter = 2 * float(np.sqrt(len(rows) / np.pi))
    return Disc(float(columns.mean()), float(rows.mean()), diameter, diameter, 0, 1)


def rows_of(labelled: Labelled, split: str, threshold: Callable[[int], float]) -> Iterator[dict[str, object]]:
    """A row for each reader. What an observer has drawn no vessels for is empty."""
    for reader, observation in readings(labelled, threshold):
        measured = measure(observation)
        values = measured.values | regional_values(measure_regions(observation, measured))
        share: float | None = float(observation.vessels.mean())
        if not share:
            values, share = {each: values[each] for each in ("disc_diameter", "disc_fovea_distance")}, None
        yield {
            "set": labelled.set,
            "photograph": labelled.id,
            "split": split,
            "reader": reader,
            FRAME_SHARE: share,
            **values,
        }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--maps", type=Path, required=True)
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    card, _ = read_model_card(Path("models/unet.json"))
    train = {each[:2] for each in photographs_with_fields(arguments.data, "train")}
    done = {(row.set, row.photograph) for row in read_values(arguments.values)} if arguments.values.exists() else set()
    with arguments.values.open("a", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
        if not lines.tell():
            writer.writeheader()
        for name, id, path, field in tqdm(photographs_with_fields(arguments.data), mininterval=10):
            labelled = Labelled(name, id, path, field, OwnMaps(arguments.maps / name, id))
            if name in arguments.sets and labelled.maps.there and (name, id) not in done:
                split = "train" if (name, id) in train else "test"
                writer.writerows([*rows_of(labelled, split, card.threshold_at)])
                lines.flush()


if __name__ == "__main__":
    main()
