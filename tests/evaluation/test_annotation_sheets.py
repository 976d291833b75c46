"""Sheets of drawn annotations, on a set made up for the purpose."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.evaluation.annotation_sheets import tile, write
from models.evaluation.structure_sheets import COLUMNS, TILE
from models.training.annotations import Ellipse

DISC = Ellipse(x=300, y=400, long=200, short=100, angle=90)


def drawn_on(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns that are no longer gray, below the name."""
    rows, columns = np.nonzero((np.ptp(picture[20:].astype(int), axis=2)) > 100)
    return rows + 20, columns


def test_the_ellipse_and_the_cross_lie_where_they_were_drawn() -> None:
    gray = np.full((960, 960, 3), 60, np.uint8)  # twice as large as a tile
    rows, columns = drawn_on(tile(gray, "a", DISC, None))
    assert [rows.min(), rows.max()] == pytest.approx([150, 250], abs=2), "the long axis is upright"
    assert [columns.min(), columns.max()] == pytest.approx([125, 175], abs=2)
    rows, columns = drawn_on(tile(gray, "a", None, (600.0, 500.0)))
    assert [rows.mean(), columns.mean()] == pytest.approx([250, 300], abs=1)


def test_a_set_has_a_sheet_with_its_photographs(tmp_path: Path) -> None:
    (tmp_path / "MADE_UP" / "images").mkdir(parents=True)
    for id in ("a", "b"):
        cv2.imwrite(str(tmp_path / "MADE_UP" / "images" / f"{id}.png"), np.full((300, 400, 3), 60, np.uint8))
    drawn = {("MADE_UP", "a"): DISC, ("MADE_UP", "b"): None, ("MADE_UP", "gone"): DISC, ("ABSENT", "a"): DISC}
    seen = {("MADE_UP", "b"): (30.0, 30.0)}
    assert write(tmp_path, tmp_path, drawn, seen) == {"MADE_UP": 2, "ABSENT": 0}
    assert cv2.imread(str(tmp_path / "MADE_UP.png")).shape == (TILE, COLUMNS * TILE, 3)
    assert not (tmp_path / "ABSENT.png").exists()
    assert write(tmp_path, tmp_path, drawn, seen, ["ABSENT"]) == {"ABSENT": 0}
