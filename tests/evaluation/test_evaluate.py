"""Evaluation on a set made from the sample photograph; the reference is the network's own result, slightly changed."""

import csv
import json
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from conftest import copy_card, decode
from models.evaluation import (
    evaluate,
    perturbations,
    reliability,
    robustness,
    trust,
)
from models.evaluation.metrics import Histogram
from models.training.labelled import LabelledSetError, read_set
from retina.imaging.arrays import CERTAIN, Rgb
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import segment
from retina.settings import Settings
from support.specimens import encode


def labelled_set(folder: Path, small_rgb: Rgb, network: VesselNetwork) -> Path:
    """One set, SAMPLE, of two photographs: `1` with the network's own mask, `2` with one that is thicker."""
    for name in ("images", "vessels", "vessels2", "fov"):
        (folder / "SAMPLE" / name).mkdir(parents=True)
    photograph = decode(encode(Image.fromarray(small_rgb), "PNG"))
    vessels = segment(photograph, network).vessels.view(np.uint8) * 255
    for number, reference in (("1", vessels), ("2", cv2.dilate(vessels, np.ones((3, 3), np.uint8)))):
        Image.fromarray(small_rgb).save(folder / "SAMPLE" / "images" / f"{number}.png")
        cv2.imwrite(str(folder / "SAMPLE" / "vessels" / f"{number}.png"), reference)
        inside = photograph.field_of_view.mask(small_rgb.shape[:2]).view(np.uint8) * 255
        cv2.imwrite(str(folder / "SAMPLE" / "fov" / f"{number}.png"), inside)
    cv2.imwrite(str(folder / "SAMPLE" / "vessels2" / "1.png"), vessels)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, small_rgb: Rgb, network: VesselNetwork) -> Path:
    return labelled_set(tmp_path_factory.mktemp("data"), small_rgb, network)


def run(monkeypatch: pytest.MonkeyPatch, main: object, *arguments: object) -> None:
    assert callable(main)
    monkeypatch.setattr(sys, "argv", ["command", *map(str, arguments)])
    main()


def test_a_folder_in_the_same_layout_is_scored(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, pictures, diagram = tmp_path / "rows.csv", tmp_path / "sheets", tmp_path / "reliability.png"
    run(
        monkeypatch, evaluate.main, "--data", data, "--csv", out, "--sheets", pictures, "--reliability", diagram,
        "--widths", 256, 512, "--flips",
    )  # fmt: skip
    printed = capsys.readouterr().out
    rows = list(csv.DictReader(out.open()))
    assert {row["reader"] for row in rows} == {
        "256 wide", "512 wide", "256 wide, flips averaged", "512 wide, flips averaged", "second observer"
    }  # fmt: skip
    dices = {(row["reader"], row["photograph"]): float(row["dice"]) for row in rows}
    assert dices["second observer", "1"] == 1
    assert dices["512 wide", "1"] > dices["512 wide", "2"] > 0.4
    assert "| 512 wide; mean of photographs |" in printed
    assert sorted(path.name for path in pictures.iterdir()) == [f"SAMPLE-{p}.png" for p in ("best", "median", "worst")]
    sheet = np.asarray(Image.open(pictures / "SAMPLE-worst.png"))
    assert (sheet == (255, 64, 64)).all(axis=2).sum() > 100, "what was missed is red"
    assert Image.open(diagram).size[0] > 400


def test_the_shipped_card_reproduces_its_own_mask(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, evaluate.main, "--data", data, "--csv", tmp_path / "rows.csv")
    first = next(row for row in csv.DictReader((tmp_path / "rows.csv").open()) if row["photograph"] == "1")
    assert first["reader"] == "as the card says"
    assert float(first["dice"]) == 1
    with pytest.raises(SystemExit):
        run(monkeypatch, evaluate.main, "--data", data, "--sweep")
    assert "not chosen on test photographs" in capsys.readouterr().err
    card = Settings().model.read_text()
    with pytest.raises(SystemExit):
        run(monkeypatch, evaluate.main, "--data", tmp_path, "--write-card")
    assert "no photographs" in capsys.readouterr().err
    assert Settings().model.read_text() == card


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--sets", "NOPE"), "there is no set in"),
        (("--widths", 333), "no multiple of the network's stride"),
        (("--model", "nowhere.json"), "cannot read the model"),
        (("--jobs", 0), "--jobs must be"),
        (("--split", "train"), "no photographs of this split"),
    ],
)
def test_invalid_options_are_refused_with_a_sentence(
    data: Path,
    arguments: tuple[object, ...],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, evaluate.main, "--data", data, *arguments)
    assert stopped.value.code == 2
    assert reason in capsys.readouterr().err


def test_an_incomplete_set_is_refused_and_other_files_are_ignored(data: Path, tmp_path: Path) -> None:
    sample = tmp_path / "SAMPLE"
    shutil.copytree(data / "SAMPLE", sample)
    (sample / "images" / "Thumbs.db").write_bytes(b"no photograph")
    assert [labelled.id for labelled in read_set(sample)] == ["1", "2"]
    (sample / "vessels" / "2.png").unlink()
    with pytest.raises(LabelledSetError, match="has no reference"):
        list(read_set(sample))
    for listing, reason in (("id,split\n7,test\n", "names 7"), ("1,test\n", "must start with")):
        (sample / "split.csv").write_text(listing)
        with pytest.raises(LabelledSetError, match=reason):
            list(read_set(sample))


def test_a_set_without_references_is_left_out_and_named(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = tmp_path / "data"
    shutil.copytree(data / "SAMPLE", whole / "SAMPLE")
    for name in ("images", "fov"):
        shutil.copytree(data / "SAMPLE" / name, whole / "DISCS" / name)
    run(monkeypatch, evaluate.main, "--data", whole, "--widths", 512)
    printed = capsys.readouterr()
    assert "SAMPLE" in printed.out
    assert "DISCS is left out: it has no vessels/ to compare with." in printed.err
    shutil.rmtree(whole / "SAMPLE")
    with pytest.raises(SystemExit):
        run(monkeypatch, evaluate.main, "--data", whole)
    assert "has vessels/ and fov/ to compare with" in capsys.readouterr().err


def test_flips_average_four_views(small_rgb: Rgb, network: VesselNetwork) -> None:
    once = segment(decode(encode(Image.fromarray(small_rgb), "PNG")), network, flips=True)
    mirrored = np.ascontiguousarray(small_rgb[:, ::-1])
    other = segment(decode(encode(Image.fromarray(mirrored), "PNG")), network, flips=True)
    plain = segment(decode(encode(Image.fromarray(small_rgb), "PNG")), network)
    assert not np.array_equal(once.probability, plain.probability)
    agree = 2 * (once.vessels & other.vessels[:, ::-1]).sum() / (once.vessels.sum() + other.vessels.sum())
    assert agree > 0.97


@pytest.mark.parametrize("name", perturbations.PERTURBATIONS)
def test_every_perturbation_grows_with_its_strength(name: str, photograph: Photograph) -> None:
    change, parameters = perturbations.PERTURBATIONS[name]
    rgb = np.ascontiguousarray(photograph.rgb[::2, ::2])
    before = rgb.copy()
    changed = [change(rgb, parameter) for parameter in parameters]
    if name == "smaller":
        assert [c.shape[0] for c in changed] == [530, 353, 176]
    else:
        off = [np.abs(c.astype(int) - rgb).mean() for c in changed]
        assert 0 < off[0] < off[1] < off[2]
    assert all(c.dtype == np.uint8 and c.shape[2] == 3 for c in changed)
    assert np.array_equal(rgb, before)


def test_the_robustness_table_has_every_copy(
    small_rgb: Rgb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card = copy_card(tmp_path, canvases=[{"height": 256, "width": 256}])  # a quarter of the shipped one's work
    data = labelled_set(tmp_path / "data", small_rgb, VesselNetwork(card))
    run(monkeypatch, robustness.main, "--data", data, "--model", card, "--csv", tmp_path / "copies.csv")
    copies = robustness.read(tmp_path / "copies.csv")
    assert len(copies) == 2 * (1 + 3 * len(perturbations.PERTURBATIONS))
    assert next(c.dice for c in copies if (c.photograph, c.perturbation) == ("1", robustness.UNCHANGED)) == 1
    strong = next(c.dice for c in copies if (c.photograph, c.perturbation, c.strength) == ("1", "smaller", "strong"))
    assert 0 < strong < 0.9
    assert "| blur (0.7, 1.5, 3) |" in capsys.readouterr().out


def copies_of(name: str, shift: float) -> list[robustness.Copy]:
    doubts = np.linspace(0.5, 0.9, 9)
    return [robustness.Copy(name, str(i), "blur", "mild", 0.1 + 0.8 * s + shift, s) for i, s in enumerate(doubts)]


def test_confidence_is_fitted_across_sets_and_written_to_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blind = robustness.Copy("A", "9", "blur", "strong", 0.0, None)
    robustness.write(tmp_path / "a.csv", [*copies_of("A", 0.02), blind])
    robustness.write(tmp_path / "b.csv", copies_of("B", -0.02))
    assert trust.fit(copies_of("A", 0)) == pytest.approx((0.1, 0.8))
    card = tmp_path / "unet.json"
    shipped = Settings().model.read_text()
    card.write_text(shipped)
    fit = ("--fit", tmp_path / "a.csv", tmp_path / "b.csv", "--examine", tmp_path / "a.csv")
    with pytest.raises(SystemExit):
        run(monkeypatch, trust.main, *fit, "--model", card, "--write-card")
    assert "weighs the photograph as well" in capsys.readouterr().err
    assert card.read_text() == shipped, "the shipped card keeps its weights"
    card.write_text(json.dumps({**json.loads(shipped), "confidence": None}))
    run(monkeypatch, trust.main, *fit, "--model", card, "--write-card")
    written = json.loads(card.read_text())["confidence"]
    assert (written["intercept"], written["slope"]) == pytest.approx((0.1, 0.8), abs=1e-3)
    assert written["mean_absolute_error"] == pytest.approx(0.04, abs=1e-3)
    assert "| A test, perturbed | 10 | 0.020 | 1.00 |" in capsys.readouterr().out


def test_rows_of_another_format_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text("set,photograph,reader\nA,1,me\n")
    for wrong, reason in (("a.csv", "was not written by models.evaluation.robustness"), ("b.csv", "there is no file")):
        with pytest.raises(SystemExit):
            run(monkeypatch, trust.main, "--fit", tmp_path / wrong)
        assert reason in capsys.readouterr().err


def test_true_probabilities_have_no_calibration_error() -> None:
    levels = np.arange(CERTAIN + 1)
    pixels = np.full(CERTAIN + 1, CERTAIN, np.int64)
    assert reliability.calibration_error(Histogram(levels, pixels - levels)) == pytest.approx(0, abs=1e-6)
    half = Histogram(pixels // 2, pixels - pixels // 2)
    assert reliability.calibration_error(half) == pytest.approx(0.25, abs=1e-3)
