"""`retina batch`: sends photographs to a remote service and fetches the results, however often it is interrupted."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from retina.__main__ import main
from retina.imaging.measurements.registry import MEASUREMENTS
from support.processes import Server
from support.remote_batch import left, rows
from support.tables import rows_in
from support.waiting import eventually


def test_a_folder_goes_there_and_results_come_back(
    server: Server, key: str, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    (photos / "notes.csv").write_text("eye,age\n")
    (photos / ".hidden").write_text("litter")
    command = ["batch", str(photos), "--url", server.url, "--key", key, "--out", str(out)]
    command += ["--outputs", "mask,intervals,overlay"]
    assert main([*command, "--measurements"]) == 1
    told = capsys.readouterr()
    assert "3 done, 2 rejected, 1 skipped" in told.out
    assert "notes.csv: This was skipped" in told.err
    assert f"Hidden, and left out: {photos / '.hidden'}." in told.err
    assert "text.jpg: " in told.err
    assert key not in (out / "batch.json").read_text()
    found = rows(out)
    assert [row["status"] for row in found.values()].count("done") == 3
    assert found["text.jpg4"]["code"] == "unsupported_media_type"
    pictures = sorted(path.name for path in out.glob("*_*"))
    assert pictures == [
        f"{stem}_{picture}" for stem in ("00000_a", "00001_b-c", "00003_a") for picture in ("mask.png", "overlay.jpg")
    ]
    assert Image.open(out / "00000_a_mask.png").size == (177, 177)
    measured = rows_in(out / "measurements.csv")
    assert len(measured) == 3 * len(MEASUREMENTS) + 2
    density = measured[0]
    assert (density["measurement"], density["value"]) == ("vascular_density", found["a.jpg0"]["vascular_density"])
    assert float(density["low"]) < float(density["value"]) < float(density["high"])
    assert [row["code"] for row in measured if not row["measurement"]] == [
        row["code"] for row in found.values() if row["code"]
    ]
    assert left(server, key) == 17
    before = json.loads((out / "batch.json").read_text())["id"]
    (out / "00000_a_mask.png").unlink()
    (out / "measurements.csv").write_text("old")
    assert main(command) == 1
    assert rows_in(out / "measurements.csv") == measured, "once it is there, it is kept up to date"
    assert (out / "00000_a_mask.png").exists()
    assert json.loads((out / "batch.json").read_text())["id"] == before
    assert left(server, key) == 17
    assert main([*command, "--flips"]) == 2
    assert "other photographs or options" in capsys.readouterr().err
    (photos / "b c.jpg").write_bytes((photos / "a.jpg").read_bytes() + b"changed")
    assert main(command) == 2
    assert "they have changed" in capsys.readouterr().err
    (out / "batch.json").write_text("[]")
    assert main(command) == 2
    assert "is damaged" in capsys.readouterr().err


def test_tables_are_replaced_together_and_not_if_saved_elsewhere(
    server: Server,
    key: str,
    tmp_path: Path,
    tiny: bytes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.jpg").write_bytes(tiny)
    out = tmp_path / "out"
    command = ["batch", str(tmp_path / "a.jpg"), "--url", server.url, "--key", key, "--out", str(out)]
    command += ["--outputs", "mask", "--measurements"]
    assert main(command) == 0
    tables = [out / "results.csv", out / "measurements.csv"]
    before = {path: path.read_bytes() for path in out.iterdir()}
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == table:
            raise PermissionError(13, "Permission denied", str(target))
        return replace(self, target)

    for table in tables:
        for change in (";", ",notes", ""):
            as_it_was = before[table]
            with monkeypatch.context() as context:
                if change == ";":
                    table.write_bytes(as_it_was.replace(b",", b";"))
                elif change:
                    table.write_bytes(as_it_was.replace(b"\r\n", b",notes\r\n"))
                else:
                    tables[0].write_bytes(before[tables[0]].replace(b"\r\n", b"\n"))
                    context.setattr(Path, "replace", refuse)
                changed = {path: path.read_bytes() for path in out.iterdir()}
                assert main(command) == 2
            said = capsys.readouterr().err
            assert str(table) in said
            assert ("saved again by another" if change else "open in another program") in said
            assert {path: path.read_bytes() for path in out.iterdir()} == changed
            table.write_bytes(as_it_was)
    tables[1].write_bytes(b'"' + b"x" * 200_000)
    assert main(command) == 0
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_what_was_stopped_goes_on(
    server: Server, key: str, tmp_path: Path, tiny: bytes, environment: dict[str, str]
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for n in range(18):
        (photos / f"{n:02d}.jpg").write_bytes(tiny)
    command = [sys.executable, "-m", "retina", "batch", str(photos), "--url", server.url, "--out", str(out)]
    own = environment | {"RETINA_API_KEY": key}
    for how in (signal.SIGINT, signal.SIGKILL):
        process = subprocess.Popen(command, env=own, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        eventually(lambda: (out / "batch.json").exists())
        time.sleep(0.3)
        process.send_signal(how)
        process.communicate(timeout=60)
    ended = subprocess.run(command, env=own, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "18 done" in ended.stdout
    assert len(rows(out)) == 18
    assert len([*out.glob("*_mask.png")]) == 18
    assert left(server, key) == 2
