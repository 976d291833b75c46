"""`retina segment`, run again: what it continues, and what it computes again."""

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from retina.__main__ import main
from retina.cli.results import COLUMNS
from retina.imaging.arrays import Rgb
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.settings import Settings
from support.results import rows
from support.specimens import encode


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


def test_pictures_of_structures_are_drawn_again_when_what_found_them_has_changed(
    tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run = ["segment", str(photos), "--out", str(out), "--outputs"]
    assert main([*run, "mask"]) == 0
    assert {row["structures_sha256"] for row in rows(out).values()} == {""}
    assert main([*run, "disc"]) == 0
    [found] = {row["structures_sha256"] for row in rows(out).values()}
    before = (out / "a_disc.png").stat().st_mtime_ns
    assert main([*run, "mask,disc"]) == 0
    assert (out / "a_disc.png").stat().st_mtime_ns == before
    for module in ("retina.cli.folders", "retina.imaging.findings"):
        monkeypatch.setattr(f"{module}.shipped_sha256", lambda: "other")
    assert main([*run, "mask"]) == 0, "the masks do not depend on it"
    assert {row["structures_sha256"] for row in rows(out).values()} == {found}
    assert main([*run, "disc"]) == 0
    assert (out / "a_disc.png").stat().st_mtime_ns > before
    assert {row["structures_sha256"] for row in rows(out).values()} == {"other"}


def test_an_overlay_shows_what_the_last_run_asked_for(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    run = ["segment", str(photos / "a.jpg"), "--out", str(out), "--outputs"]
    assert main([*run, "mask,overlay"]) == 0
    plain = (out / "a_overlay.png").read_bytes()
    assert main([*run, "mask,overlay,artery_vein,disc"]) == 0
    assert (out / "a_overlay.png").read_bytes() != plain
    assert [row["overlay_shows"] for row in rows(out).values()] == ["vessels artery_vein disc"]
    before = (out / "a_mask.png").stat().st_mtime_ns
    assert main([*run, "mask,artery_vein"]) == 0, "no overlay is asked for"
    assert (out / "a_mask.png").stat().st_mtime_ns == before
    assert main([*run, "mask,overlay"]) == 0
    assert (out / "a_overlay.png").read_bytes() == plain
    assert [row["overlay_shows"] for row in rows(out).values()] == ["vessels"]
    assert main([*run, "mask,skeleton"]) == 0
    assert [row["overlay_shows"] for row in rows(out).values()] == ["vessels"], "it is still that one"


def test_a_killed_run_goes_on_where_it_was(
    tmp_path: Path, photos: Path, sample: bytes, tiny: bytes, environment: dict[str, str]
) -> None:
    """The last photographs are large: while the network looks at them, the run can be killed."""
    for number in range(12):
        photo = tiny if number < 6 else sample
        (photos / f"{number:02}.jpg").write_bytes(photo + bytes([number]))
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
