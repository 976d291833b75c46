"""Two runs into one folder: one at a time, and no row is lost."""

import os
from pathlib import Path

import pytest

from retina.__main__ import main
from retina.cli.folder_lock import LOCK, locked
from support.processes import segment_at_once
from support.results import rows


def test_a_second_run_is_refused_and_names_the_first_ones_process(
    tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run = ["segment", str(photos / "a.jpg"), "--out", str(out), "--outputs", "mask"]
    with locked(out):
        assert main(run) == 2
        told = capsys.readouterr().err
        assert "Another run is writing to" in told
        assert f"process {os.getpid()} on " in told
        batch = ["batch", str(photos), "--url", "http://127.0.0.1:9", "--key", "rk_", "--out", str(out)]
        assert main(batch) == 2
        assert f"process {os.getpid()} on " in capsys.readouterr().err
        assert [path.name for path in out.iterdir()] == [LOCK]
    assert main(run) == 0
    assert not (out / LOCK).exists()


def test_a_run_that_was_killed_locks_nobody_out(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / LOCK).write_text("process 1 on elsewhere")
    assert main(["segment", str(photos / "a.jpg"), "--out", str(out), "--outputs", "mask"]) == 0
    assert not (out / LOCK).exists()


def test_of_runs_at_the_same_time_no_row_is_lost(tmp_path: Path, photos: Path, environment: dict[str, str]) -> None:
    out = tmp_path / "out"
    segment_at_once(out, [photos / name for name in ("a.jpg", "deeper/b.png")], environment)
    assert len(rows(out)) == 2
