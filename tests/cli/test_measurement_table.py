"""`retina segment --measurements`: the results in long form, over several runs."""

from pathlib import Path

import pytest

from retina import __version__
from retina.__main__ import main
from retina.imaging.measurements.registry import MEASUREMENTS
from support.processes import segment_at_once
from support.results import rows
from support.tables import rows_in

NAMES = [each.name for each in MEASUREMENTS]


def measured(out: Path) -> dict[str, dict[str, str]]:
    """The values by measurement, by file name; checks that none is there twice."""
    found = rows_in(out / "measurements.csv")
    assert len({(row["file"], row["measurement"]) for row in found}) == len(found)
    files = {row["file"] for row in found}
    return {
        Path(file).name: {row["measurement"]: row["value"] for row in found if row["file"] == file} for file in files
    }


def test_each_photograph_has_a_row_for_each_measurement(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    (photos / "text.jpg").write_bytes(b"no photograph")
    assert main(["segment", str(photos), "--out", str(out), "--outputs", "mask", "--measurements"]) == 1
    wide = {Path(file).name: row for file, row in rows(out).items()}
    for name, values in measured(out).items():
        expected = {"": ""} if name == "text.jpg" else {each: wide[name][each] for each in NAMES}
        assert values == expected
    long = rows_in(out / "measurements.csv")
    [rejected] = [row for row in long if row["status"] == "rejected"]
    assert (rejected["code"], rejected["reason"]) == (wide["text.jpg"]["code"], wide["text.jpg"]["reason"])
    [density] = [row for row in long if row["file"].endswith("a.jpg") and row["measurement"] == "vascular_density"]
    assert (density["vessels"], density["region"], density["unit"]) == ("all", "field", "")
    for name in ("model_sha256", "photo_sha256", "threshold", "canvas", "flips"):
        assert density[name] == wide["a.jpg"][name] != "", name
    assert density["software_version"] == __version__
    assert all(row["value"] or row["reason"] for row in long)


def test_a_second_run_keeps_what_is_there_and_adds_what_is_not(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    run = ["segment", "--out", str(out), "--outputs", "mask"]
    assert main([*run, str(photos / "a.jpg")]) == 0
    assert not (out / "measurements.csv").exists()
    before = (out / "a_mask.png").stat().st_mtime_ns
    assert main([*run, str(photos / "a.jpg"), "--measurements"]) == 0
    assert (out / "a_mask.png").stat().st_mtime_ns > before, "the reasons were not there"
    before = (out / "a_mask.png").stat().st_mtime_ns
    first = measured(out)
    assert main([*run, str(photos), "--measurements"]) == 0
    assert (out / "a_mask.png").stat().st_mtime_ns == before
    assert measured(out)["a.jpg"] == first["a.jpg"]
    assert {*measured(out)} == {"a.jpg", "b.png"}


def test_a_run_without_the_option_leaves_no_old_value(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    run = ["segment", str(photos), "--out", str(out), "--outputs", "mask"]
    assert main([*run, "--measurements"]) == 0
    before = measured(out)
    assert main([*run, "--threshold", "0.9"]) == 0
    after = measured(out)
    assert {*after} == {*before}
    assert after["a.jpg"]["vascular_density"] != before["a.jpg"]["vascular_density"]
    assert {row["threshold"] for row in rows_in(out / "measurements.csv")} == {"0.9"}


def test_intervals_are_in_the_table_and_added_where_they_are_missing(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    run = ["segment", str(photos / "a.jpg"), "--out", str(out), "--outputs"]
    assert main([*run, "mask", "--measurements"]) == 0
    assert not any(row["low"] for row in rows_in(out / "measurements.csv"))
    assert main([*run, "mask,intervals"]) == 0
    [density] = [row for row in rows_in(out / "measurements.csv") if row["measurement"] == "vascular_density"]
    assert float(density["low"]) <= float(density["value"]) <= float(density["high"])
    assert float(density["low"]) < float(density["high"])
    before = (out / "a_mask.png").stat().st_mtime_ns
    assert main([*run, "mask,intervals"]) == 0
    assert (out / "a_mask.png").stat().st_mtime_ns == before
    assert {path.name for path in out.iterdir()} == {"results.csv", "measurements.csv", "a_mask.png"}


def test_half_a_photograph_left_by_a_killed_run_is_measured_again(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    run = ["segment", str(photos), "--out", str(out), "--outputs", "mask", "--measurements"]
    assert main(run) == 0
    whole = measured(out)
    for name, least in (("results.csv", 1), ("measurements.csv", 4)):
        lines = (out / name).read_text().splitlines(keepends=True)
        kept = [line for line in lines if "b.png" not in line]
        half = [line for line in lines if "b.png" in line][: least if name == "measurements.csv" else 0]
        (out / name).write_text("".join([*kept, *half]) + ('"' if half else ""))
    assert main(run) == 0
    assert measured(out) == whole


def test_another_programs_table_is_not_overwritten(
    tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "measurements.csv").write_text("mine\n1\n")
    run = ["segment", str(photos / "a.jpg"), "--out", str(out), "--outputs", "mask"]
    assert main([*run, "--measurements"]) == 2
    assert "measurements.csv was not written by this program" in capsys.readouterr().err
    assert main(run) == 0, "it is not in the way of a run that does not write one"
    assert (out / "measurements.csv").read_text() == "mine\n1\n"


def test_of_runs_at_the_same_time_no_row_is_lost(tmp_path: Path, photos: Path, environment: dict[str, str]) -> None:
    out = tmp_path / "out"
    inputs = [photos / name for name in ("a.jpg", "deeper/b.png")]
    segment_at_once(out, inputs, environment, "--measurements")
    assert {name: [*values] for name, values in measured(out).items()} == {"a.jpg": NAMES, "b.png": NAMES}
