"""`retina segment`: what it writes, when it continues an earlier run, and how it stops."""

import contextlib
import csv
import hashlib
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from conftest import ROOT
from retina.__main__ import main
from retina.cli.results import COLUMNS
from retina.imaging.arrays import Rgb
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.imaging.rendering import OUTPUTS
from retina.services import Services
from retina.settings import Settings
from support.results import rows
from support.specimens import encode, refused


def test_a_folder_becomes_masks_and_a_row_each(tmp_path: Path, photos: Path, quick_rgb: Rgb) -> None:
    out = tmp_path / "out"
    assert main(["segment", str(photos), "--out", str(out)]) == 0
    names = {f"{stem}_{output}.png" for stem in "ab" for output in ("mask", "probability", "overlay")}
    assert {path.name for path in out.iterdir()} == names | {"results.csv"}
    mask = np.asarray(Image.open(out / "a_mask.png").convert("L"))
    assert mask.shape == quick_rgb.shape[:2]
    assert set(np.unique(mask)) == {0, 255}
    assert Image.open(out / "a_probability.png").mode == "L"
    found = rows(out)
    assert [*next(iter(found.values()))] == [*COLUMNS]
    row = found[str(photos / "a.jpg")]
    assert (row["status"], row["width"], row["height"], row["code"]) == ("done", "283", "283", "")
    assert row["photo_sha256"] == hashlib.sha256((photos / "a.jpg").read_bytes()).hexdigest()
    assert float(row["vascular_density"]) == pytest.approx((mask > 0).sum() / (np.pi / 4 * 281**2), rel=0.05)


def test_the_mask_is_the_apis_mask(tmp_path: Path, photos: Path, client: TestClient) -> None:
    import base64

    assert main(["segment", str(photos / "a.jpg"), "--out", str(tmp_path / "out")]) == 0
    answer = client.post("/api/v1/predictions", files={"file": (photos / "a.jpg").read_bytes()}).json()
    assert (tmp_path / "out" / "a_mask.png").read_bytes() == base64.b64decode(answer["images"]["mask"])


def test_every_output_of_the_api_can_be_written(tmp_path: Path, photos: Path, client: TestClient) -> None:
    import base64

    out, outputs = tmp_path / "out", ",".join(OUTPUTS)
    assert main(["segment", str(photos / "a.jpg"), "--out", str(out), "--outputs", outputs, "--threshold", "0.3"]) == 0
    wish = {"outputs": outputs, "threshold": "0.3"}
    photograph = {"file": (photos / "a.jpg").read_bytes()}
    answer = client.post("/api/v1/predictions", files=photograph, data=wish).json()
    assert {path.name for path in out.glob("*.png")} == {f"a_{name}.png" for name in answer["images"]}
    for name, picture in answer["images"].items():
        if name != "overlay":  # a JPEG in an answer
            assert (out / f"a_{name}.png").read_bytes() == base64.b64decode(picture), name


def test_another_threshold_is_another_result(tmp_path: Path, photos: Path) -> None:
    run = ["segment", str(photos / "a.jpg"), "--out", str(tmp_path / "out"), "--outputs", "mask"]
    found = []
    for threshold in ([], ["--threshold", "0.2"], ["--threshold", ".20"], []):
        assert main([*run, *threshold]) == 0
        [row] = rows(tmp_path / "out").values()
        found.append((row["threshold"], float(row["vascular_density"])))
    assert found[1][0] == "0.2"
    assert found[1][1] > found[0][1]
    assert found[1:] == [found[1], found[1], found[0]]


def test_bad_files_have_a_row_and_stop_nothing(tmp_path: Path, photos: Path, quick_rgb: Rgb) -> None:
    specimens = refused(quick_rgb)
    for name, (data, _, _) in specimens.items():
        (photos / f"{name}.jpg").write_bytes(data)
    (photos / "notes.txt").write_text("left eye, 2026")
    out = tmp_path / "out"
    assert main(["segment", str(photos), "--out", str(out)]) == 1
    found = rows(out)
    assert len(found) == len(specimens) + 3
    for name, (_, _, code) in specimens.items():
        row = found[str(photos / f"{name}.jpg")]
        assert (row["status"], row["code"]) == ("rejected", code), name
        assert row["reason"].endswith(".")
    assert found[str(photos / "notes.txt")]["code"] == "unsupported_media_type"
    assert found[str(photos / "deeper" / "b.png")]["status"] == "done"


def test_an_unreadable_file_is_a_failure_not_a_rejection(tmp_path: Path, photos: Path) -> None:
    (photos / "gone.jpg").symlink_to(photos / "nowhere.jpg")
    assert main(["segment", str(photos), "--out", str(tmp_path / "out")]) == 1
    row = rows(tmp_path / "out")[str(photos / "gone.jpg")]
    assert (row["status"], row["code"]) == ("failed", "file_error")


def test_a_second_run_does_only_what_has_changed(tmp_path: Path, photos: Path, quick_rgb: Rgb) -> None:
    out = tmp_path / "out"
    run = ["segment", str(photos), "--out", str(out)]
    assert main(run) == 0
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert main(run) == 0
    assert {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")} == before
    (photos / "a.jpg").write_bytes(encode(Image.fromarray(quick_rgb[:, ::-1].copy()), "JPEG"))
    assert main(run) == 0
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert after["a_mask.png"] > before["a_mask.png"]
    assert after["b_mask.png"] == before["b_mask.png"]
    (out / "b_mask.png").unlink()
    assert main(run) == 0
    assert (out / "b_mask.png").exists()
    assert main([*run, "--again"]) == 0
    again = (out / "a_mask.png").stat().st_mtime_ns
    assert again > after["a_mask.png"]
    assert main([*run, "--flips"]) == 0, "another way of looking is another result"
    assert (out / "a_mask.png").stat().st_mtime_ns > again
    assert [row["flips"] for row in rows(out).values()] == ["yes", "yes"]
    assert len(rows(out)) == 2


def test_a_folder_of_a_version_that_measured_less_is_completed(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    assert main(["segment", str(photos), "--out", str(out)]) == 0
    complete = rows(out)
    older = [name for name in COLUMNS if name not in {each.name for each in MEASUREMENTS}]
    with (out / "results.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, older, extrasaction="ignore")
        table.writeheader()
        table.writerows(complete.values())
    (photos / "a.jpg").rename(tmp_path / "a.jpg")
    assert main(["segment", str(photos), "--out", str(out)]) == 0
    now = rows(out)
    assert now[str(photos / "deeper" / "b.png")] == complete[str(photos / "deeper" / "b.png")]
    gone = now[str(photos / "a.jpg")]
    assert gone == complete[str(photos / "a.jpg")] | {each.name: "" for each in MEASUREMENTS}, "what is not there stays"


def test_another_card_for_the_same_network_is_another_result(
    tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = Settings().model
    (tmp_path / "unet.tflite").write_bytes((shipped.parent / "unet.tflite").read_bytes())
    card = json.loads(shipped.read_text())
    monkeypatch.setenv("RETINA_MODEL", str(tmp_path / "unet.json"))
    densities = []
    for gray in ("green", "luma"):
        card["preparation"]["gray"] = gray
        (tmp_path / "unet.json").write_text(json.dumps(card))
        assert main(["segment", str(photos), "--out", str(tmp_path / "out")]) == 0
        densities.append([row["vascular_density"] for row in rows(tmp_path / "out").values()])
    assert densities[0] != densities[1]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["segment"],
        ["segment", "x.jpg"],
        ["segment", "nowhere", "--out", "out"],
        ["segment", ".", "--out", "."],
        ["segment", "x.jpg", "--out", "out", "--outputs", "film"],
        ["segment", "x.jpg", "--out", "out", "--threshold", "1.5"],
        ["segment", "x.jpg", "--out", "out", "--threshold", "nan"],
        ["segment", "x.jpg", "--out", "out", "--threshold", "half"],
        ["segment", "x.jpg", "--out", "out", "--jobs", "0"],
        ["segment", "x.jpg", "--out", "out", "--jobs", "many"],
        ["segment", "x.jpg", "--out", ""],
        ["segment", "x.jpg", "--out", "x.jpg"],
        ["serve", "--port", "99999"],
    ],
)
def test_wrong_usage_is_2_and_a_sentence(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.jpg").write_bytes(b"")
    try:
        status = main(arguments)
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else -1
    assert status == 2
    assert "Traceback" not in capsys.readouterr().err
    assert Path("x.jpg").read_bytes() == b""


def test_a_wrong_setting_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RETINA_CORES", "many")
    assert main(["serve"]) == 2
    assert "RETINA_CORES" in capsys.readouterr().err
    monkeypatch.delenv("RETINA_CORES")
    monkeypatch.setenv("RETINA_SITE", "/nowhere")
    assert main(["serve", "--port", "0"]) == 2
    assert "RETINA_SITE" in capsys.readouterr().err
    monkeypatch.delenv("RETINA_SITE")
    monkeypatch.setenv("RETINA_MODEL", "/nowhere/unet.json")
    assert main(["serve", "--port", "0"]) == 2
    assert "The model cannot be used" in capsys.readouterr().err


def test_a_killed_run_goes_on_where_it_was(
    tmp_path: Path, photos: Path, sample: bytes, environment: dict[str, str]
) -> None:
    for number in range(12):
        (photos / f"{number:02}.jpg").write_bytes(sample + bytes([number]))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "retina", "segment", str(photos), "--out", str(out), "--jobs", "1"]
    running = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    while not (out / "results.csv").exists() or (out / "results.csv").read_text().count("\n") < 4:
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    done = {file for file, row in rows(out).items() if row["status"] == "done"}
    assert 3 <= len(done) < 14
    before = {file: (out / f"{Path(file).stem}_mask.png").stat().st_mtime_ns for file in done}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert len(rows(out)) == 14
    assert {file: (out / f"{Path(file).stem}_mask.png").stat().st_mtime_ns for file in done} == before
    assert not list(out.glob("*.partial"))
    assert not list(out.glob(".*"))


def test_a_command_ends_quietly_when_nobody_reads_on(environment: dict[str, str]) -> None:
    log = Services(Settings(data=Path(environment["RETINA_DATA"]))).audit
    log.note("a" * 32, "key.revoked")
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "retina", "audit", "a" * 32]
    with os.fdopen(writer, "wb") as unread:
        ended = subprocess.run(command, env=environment, stdout=unread, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_the_progress_is_shown(photos: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "retina", "segment", str(photos), "--out", str(tmp_path / "out")]
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (25, 80))
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=end, text=True, cwd=ROOT)
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # raised where another system would say that there is nothing more
        while piece := os.read(terminal, 4096):
            shown += piece
    os.close(terminal)
    told, _ = process.communicate()
    assert process.returncode == 0
    assert b"2/2" in shown
    assert told == f"2 done. Results are in {tmp_path / 'out'}.\n"


def test_a_redirected_log_has_no_progress_bar(photos: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    (photos / "bad.jpg").write_bytes(b"bad")
    command = [sys.executable, "-m", "retina", "segment", str(photos), "--out", str(tmp_path / "out")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert "2/3" not in run.stderr
    assert "\r" not in run.stderr
    assert f"{photos / 'bad.jpg'}: " in run.stderr


def test_ctrl_c_stops_at_once_and_says_how_to_go_on(
    tmp_path: Path, photos: Path, sample: bytes, environment: dict[str, str]
) -> None:
    for number in range(300):
        (photos / f"{number:03}.jpg").write_bytes(sample + bytes([number % 256, number // 256]))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "retina", "segment", str(photos), "--out", str(out)]
    # A runner in the background may have told its children to ignore SIGINT.
    running = subprocess.Popen(
        command,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (out / "results.csv").exists() or (out / "results.csv").read_text().count("\n") < 3:
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "Run the same command again to continue" in told
    assert "Traceback" not in told
    assert len(rows(out)) < 302


def test_force_segments_what_looks_like_no_retina(tmp_path: Path) -> None:
    white = tmp_path / "white.png"
    white.write_bytes(encode(Image.new("RGB", (200, 100), "white"), "PNG"))
    assert main(["segment", str(white), "--out", str(tmp_path / "out")]) == 1
    assert main(["segment", str(white), "--out", str(tmp_path / "out"), "--force"]) == 0
    row = rows(tmp_path / "out")[str(white)]
    assert (row["status"], row["fundus_like"]) == ("done", "no")
    assert main(["segment", str(white), "--out", str(tmp_path / "out")]) == 1, "what was insisted on once is not kept"
