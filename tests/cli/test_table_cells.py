"""No cell of a table that the command line writes is run as a formula by a spreadsheet."""

from pathlib import Path

import pytest

from retina.__main__ import main
from retina.cells import neutral
from support.tables import rows_in, rows_of


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
    assert {row["file"] for row in rows_in(out / "results.csv")} == {neutral(name) for name in names}
    made = {path: path.stat().st_mtime_ns for path in out.glob("*_mask.png")}
    assert main(command) == 0
    assert {path: path.stat().st_mtime_ns for path in out.glob("*_mask.png")} == made, "made once"
    assert sorted((out / "results.csv").read_text().splitlines()) == sorted(table.splitlines())
    assert float(rows_of(table)[0]["vascular_density"]) > 0
