"""One photograph, whose path may be spelled in many ways: one row, computed once."""

import os
from pathlib import Path

import pytest

from retina.__main__ import main
from retina.cli.inputs import find_photographs
from support.results import rows
from support.tables import rows_in


def run(out: Path, *paths: str | Path) -> int:
    return main(["segment", *map(str, paths), "--out", str(out), "--outputs", "mask"])


def test_another_spelling_is_neither_computed_again_nor_doubled(
    tmp_path: Path, photos: Path, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (photos / "a.jpg").write_bytes(tiny)
    out = tmp_path / "out"
    monkeypatch.chdir(photos)
    assert run(out, "a.jpg") == 0
    table, made = (out / "results.csv").read_bytes(), (out / "a_mask.png").stat().st_mtime_ns
    (tmp_path / "link.jpg").symlink_to(photos / "a.jpg")
    (tmp_path / "linked").symlink_to(photos)
    spellings: list[str | Path] = [
        "./a.jpg",
        photos / "a.jpg",
        "../photos/a.jpg",
        tmp_path / "link.jpg",
        tmp_path / "linked" / "a.jpg",
    ]
    for spelling in spellings:
        assert run(out, spelling) == 0
        assert (out / "results.csv").read_bytes() == table, spelling
    monkeypatch.chdir(tmp_path)
    assert run(Path("out"), "photos/a.jpg", *spellings[1:2], *spellings[3:]) == 0
    assert (out / "results.csv").read_bytes() == table
    assert (out / "a_mask.png").stat().st_mtime_ns == made
    assert sorted(path.name for path in out.iterdir()) == ["a_mask.png", "results.csv"]


def test_other_photographs_of_the_same_relative_path_have_their_own_rows(
    tmp_path: Path, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jpg").write_bytes(tiny + name.encode())
        monkeypatch.chdir(tmp_path / name)
        assert run(out, "a.jpg") == 0
    assert [row["location"] for row in rows_in(out / "results.csv")] == ["../first/a.jpg", "../second/a.jpg"]
    assert len(list(out.glob("a*_mask.png"))) == 2


def test_capitals_count_only_where_the_file_system_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    # A second name of the same file, as every other capitalisation is on a file system that ignores it.
    (tmp_path / "A.JPG").hardlink_to(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").touch()
    (tmp_path / "B.jpg").touch()
    found = find_photographs([tmp_path / name for name in ("a.jpg", "A.JPG", "b.jpg", "B.jpg")], tmp_path / "out")
    assert [path.name for path in found] == ["a.jpg", "b.jpg", "B.jpg"]


def test_a_table_of_a_version_without_locations_is_continued(tmp_path: Path, photos: Path, tiny: bytes) -> None:
    (photos / "a.jpg").write_bytes(tiny)
    out = tmp_path / "out"
    assert run(out, photos / "a.jpg") == 0
    row = rows(out)[str(photos / "a.jpg")]
    del row["location"]
    (out / "results.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
    made = (out / "a_mask.png").stat().st_mtime_ns
    assert run(out, os.path.relpath(photos / "a.jpg")) == 0
    assert (out / "a_mask.png").stat().st_mtime_ns == made
    assert len(rows(out)) == 1
