"""File names that are too long, no text, or full of control characters: each costs at most its own row."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from retina.__main__ import main
from retina.jobs.archive import plain
from support.tables import rows_in

LONG = f"{'x' * 250}.jpg"
ODD = [b"a\xff.jpg", b"back\\xffslash.jpg", b"new\nline.jpg", b"\x1b[31mred.jpg", b"tab\t.jpg", b"\xe2\x80\xa8.jpg"]


@pytest.fixture
def odd(tmp_path: Path, tiny: bytes) -> Path:
    folder = tmp_path / "odd"
    folder.mkdir()
    for number, name in enumerate([*ODD, LONG.encode(), b"good.jpg"]):
        Path(os.fsdecode(bytes(folder) + b"/" + name)).write_bytes(tiny + bytes([number]))
    (folder / "loop.jpg").symlink_to("loop.jpg")
    return folder


def test_a_folder_of_odd_names_is_segmented(tmp_path: Path, odd: Path, environment: dict[str, str]) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "retina", "segment", str(odd), "--out", str(out), "--outputs", "mask"]
    run = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert run.returncode == 1
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", run.stdout + run.stderr), "a log without control characters"
    assert b"7 done, 2 failed" in run.stdout
    found = {Path(row["file"]).name: row for row in rows_in(out / "results.csv")}
    assert {name for name, row in found.items() if row["status"] == "failed"} == {LONG, "loop.jpg"}
    assert found[LONG]["code"] == "file_error"
    assert "the name is too long" in found[LONG]["reason"]
    assert found["good.jpg"]["status"] == "done"
    made = {path: path.stat().st_mtime_ns for path in out.glob("*_mask.png")}
    assert len(made) == 7
    assert main(command[3:]) == 1
    assert {path: path.stat().st_mtime_ns for path in out.glob("*_mask.png")} == made, "made once"
    assert len(rows_in(out / "results.csv")) == 9


def test_a_too_long_path_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["segment", str(tmp_path / f"{LONG}{LONG}"), "--out", str(tmp_path / "out")]) == 2
    assert "There is no file or folder" in capsys.readouterr().err


def test_a_name_of_many_bytes_is_short_enough_in_a_batchs_files() -> None:
    name = plain(f"{'網' * 90}.jpg")
    assert len(f"00000_{name}_probability.png".encode()) <= 200
    assert set(name) == {"網"}
    assert plain("y" * 90) == "y" * 80
