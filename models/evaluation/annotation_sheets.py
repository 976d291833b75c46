"""Contact sheets of the drawn annotations, for review: each disc's ellipse and each fovea's place over its photograph.

Takes the folder of labelled sets and writes a PNG for each set with annotations, `<set>.png`.

`python -m models.evaluation.annotation_sheets --data DIR --out DIR [--sets CHASE_DB1 HRF]`
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.evaluation.structure_sheets import TILE, write_sheet
from models.training.annotations import Ellipse, discs, foveas
from retina.imaging.arrays import Rgb

DISC_COLOUR, FOVEA_COLOUR = (0, 255, 0), (0, 255, 255)
"""BGR."""

NOTHING_IN_VIEW = "no disc"


def tile(bgr: Rgb, id: str, disc: Ellipse | None, fovea: tuple[float, float] | None) -> NDArray[np.uint8]:
    """A BGR picture of `TILE` pixels a side: uint8[H,W,3] with the ellipse, whose long axis is drawn, and the cross."""
    scale = TILE / max(bgr.shape[:2])
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    picture = np.zeros((TILE, TILE, 3), np.uint8)
    picture[: small.shape[0], : small.shape[1]] = small
    words = id if disc else f"{id}: {NOTHING_IN_VIEW}"
    if disc:
        x, y, long, short = (value * scale for value in (disc.x, disc.y, disc.long, disc.short))
        cv2.ellipse(picture, ((x, y), (long, short), disc.angle), DISC_COLOUR, 1, cv2.LINE_AA)
        turn = np.deg2rad(disc.angle)
        along = np.array([np.cos(turn), np.sin(turn)]) * long / 2
        start, end = (np.rint(np.array([x, y]) + sign * along).astype(int).tolist() for sign in (-1, 1))
        cv2.line(picture, start, end, DISC_COLOUR, 1, cv2.LINE_AA)
    if fovea:
        place = (round(fovea[0] * scale), round(fovea[1] * scale))
        cv2.drawMarker(picture, place, FOVEA_COLOUR, cv2.MARKER_CROSS, 14)
    cv2.putText(picture, words, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1, cv2.LINE_AA)
    return picture


def write(
    data: Path,
    out: Path,
    drawn: Mapping[tuple[str, str], Ellipse | None],
    seen: Mapping[tuple[str, str], tuple[float, float] | None],
    sets: list[str] | None = None,
) -> dict[str, int]:
    """Write a sheet for each set with annotations, or those of `sets`; returns how many photographs each shows.

    Photographs that `data` does not have are left out.
    """
    shown: dict[str, int] = {}
    for name in sorted({name for name, _ in drawn.keys() | seen.keys() if not sets or name in sets}):
        tiles = []
        for id in sorted(id for set_name, id in drawn.keys() | seen.keys() if set_name == name):
            [path, *_] = [*(data / name / "images").glob(f"{id}.*"), None]
            bgr = None if path is None else cv2.imread(str(path))
            if bgr is not None:
                tiles.append(tile(np.asarray(bgr, np.uint8), id, drawn.get((name, id)), seen.get((name, id))))
        if tiles:
            write_sheet(out / f"{name}.png", tiles)
        shown[name] = len(tiles)
    return shown


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with one folder per set")
    parser.add_argument("--out", type=Path, required=True, help="where to write the sheets")
    parser.add_argument("--sets", nargs="+", help="names of sets; default: all with annotations")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, count in write(options.data, options.out, discs(), foveas(), options.sets).items():
        print(f"{name}: {count} photographs" if count else f"{name}: no such photographs in {options.data}")


if __name__ == "__main__":
    main()
