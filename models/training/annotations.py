"""Ellipses round optic discs and places of foveas, drawn for this project: `models/annotations/*.csv`.

All numbers are pixels of the photograph as the set ships it; an ellipse's angle is that of its long axis, in degrees
clockwise from the row axis, 0 to 180. A row without numbers says that there is no disc, or no fovea, to be seen.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "annotations"


@dataclass(frozen=True)
class Ellipse:
    """An optic disc: centre, full lengths of the axes, angle of the long one."""

    x: float
    y: float
    long: float
    short: float
    angle: float


def discs(path: Path = FOLDER / "optic_disc.csv") -> dict[tuple[str, str], Ellipse | None]:
    """The drawn discs by set and id; None where no disc is in view."""
    return {
        (row["set"], row["id"]): Ellipse(*(float(row[name]) for name in ("x", "y", "long", "short", "angle")))
        if row["x"]
        else None
        for row in _rows(path)
    }


def foveas(path: Path = FOLDER / "fovea.csv") -> dict[tuple[str, str], tuple[float, float] | None]:
    """The places (x, y) of foveas by set and id; None where none can be seen."""
    return {(row["set"], row["id"]): (float(row["x"]), float(row["y"])) if row["x"] else None for row in _rows(path)}


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))
