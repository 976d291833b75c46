"""No cell of a table that the command line writes is run as a formula by a spreadsheet."""

import csv
import io
from pathlib import Path

import pytest

from retina.__main__ import main
from retina.cells import neutral


def test_a_folder_with_such_names_is_segmented_once(
    tmp_path: Path, tiny: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    names = ["=1+1.jpg", "＝2.jpg", " -3.jpg", "'=4.jpg", "@5.jpg", "good.jpg"]
    for name in names:
        (photos / name).write_bytes(tiny)
    monkeypatch.chdir(photos)
    command = ["segment", *names, "--out", str(out), "--outputs", "mask"]
    assert main(command) == 0
    table = (out / "results.csv").read_text()
    with (out / "results.csv").open(newline="") as rows:
        assert {row["file"] for row in csv.DictReader(rows)} == {neutral(name) for name in names}
    made = {path: path.stat().st_mtime_ns for path in out.glob("*_mask.png")}
    assert main(command) == 0
    assert {path: path.stat().st_mtime_ns for path in out.glob("*_mask.png")} == made, "made once"
    assert sorted((out / "results.csv").read_text().splitlines()) == sorted(table.splitlines())
    assert float(next(csv.DictReader(io.StringIO(table)))["vascular_density"]) > 0
