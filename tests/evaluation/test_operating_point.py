"""The threshold by width, the calibration and their cache, on copies and numbers made here."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from conftest import copy_card
from models.evaluation import operating_point, presence, reduced_copies
from models.evaluation.calibration import LOGITS, Calibration, calibration_error, fit
from models.evaluation.levels import LEVELS, Levels, levels
from models.evaluation.reduced_copies import kept
from retina.imaging.arrays import Rgb
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import segment


def run(monkeypatch: pytest.MonkeyPatch, main: object, *arguments: object) -> None:
    assert callable(main)
    monkeypatch.setattr(sys, "argv", ["command", *map(str, arguments)])
    main()


def made(name: str, meant: int, slope: float, bias: float) -> Levels:
    """A copy whose true probability at each level is known: logit = slope * logit of the level + bias."""
    pixels = 2000.0 * np.exp(-np.arange(LEVELS) / 50) + 60
    share = 1 / (1 + np.exp(-(slope * LOGITS + bias)))
    return Levels(name, "1", meant, meant, 0.8, pixels * share, pixels * (1 - share))


def test_a_calibration_is_found_and_asks_for_the_best_threshold() -> None:
    copies = [made(name, 560, 0.6, 0.8) for name in "AB"]
    fitted = fit(copies)
    assert (fitted.slope, fitted.bias) == pytest.approx((0.6, 0.8), abs=0.01)
    assert fitted.temperature == pytest.approx(1 / 0.6, abs=0.05)
    assert calibration_error(copies, Calibration()) > 0.1
    assert calibration_error(copies, fitted) < 0.005
    asked = fitted.threshold(copies[0].pixels)
    assert asked == pytest.approx(operating_point.best(copies), abs=0.02)
    half_of_the_best = copies[0].dice().max() / 2
    assert fitted.probability()[round(asked * LEVELS)] == pytest.approx(half_of_the_best, abs=0.02)


def test_a_set_left_out_gets_the_threshold_of_its_width_from_the_others() -> None:
    copies = [made(name, meant, 1, bias) for name in "ABC" for meant, bias in ((400, 2.0), (1000, 0.0))]
    [small, *_] = copies
    choice = operating_point.by_width([copy for copy in copies if copy.set != "A"])
    assert choice(small) < 0.2 < 0.25 < choice(copies[1])
    rows = operating_point.left_out(copies)
    assert len(rows) == 6
    assert f"| A | 400 | {small.dice()[128]:.3f} |" in rows[0]
    assert f"| {small.dice().max():.3f} |" in rows[0]


@pytest.fixture
def data(tmp_path: Path, photograph: Photograph, quick_network: VesselNetwork) -> Path:
    """A set of one photograph whose labels are the network's own mask at full size, as strokes too."""
    rgb = np.ascontiguousarray(photograph.rgb[::2, ::2])
    inside = np.ascontiguousarray(photograph.field_of_view.mask(photograph.rgb.shape[:2])[::2, ::2])
    vessels = segment(photograph, quick_network).vessels[::2, ::2]
    for part, pixels in (("images", rgb[..., ::-1]), ("vessels", vessels), ("av", vessels), ("fov", inside)):
        (tmp_path / "SAMPLE" / part).mkdir(parents=True)
        written = pixels.astype(np.uint8) * np.uint8(255 if pixels.dtype == np.bool_ else 1)
        cv2.imwrite(str(tmp_path / "SAMPLE" / part / "1.png"), np.ascontiguousarray(written))
    (tmp_path / "SAMPLE" / "split.csv").write_text("id,split\n1,train\n2,test\n")
    return tmp_path


def test_copies_are_kept_once_and_measured_without_the_network(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card = copy_card(tmp_path, canvases=[{"height": 512, "width": 512}], thresholds=[])
    (data / "SAMPLE" / "split.csv").write_text("id,split\n1,train\n")
    arguments = ("--data", data, "--maps", data / "maps", "--model", card, "--sets", "SAMPLE", "--widths", 300, 0)
    run(monkeypatch, reduced_copies.main, *arguments)
    monkeypatch.setattr(reduced_copies, "segment", pytest.fail)
    run(monkeypatch, reduced_copies.main, *arguments)
    small, own = kept(data / "maps")
    assert (small.meant, own.meant, own.id) == (300, reduced_copies.OWN, "1")
    assert abs(small.width - 300) <= 3
    assert 0 < small.promised < 1
    assert small.probability.shape == small.inside.shape == small.label.reach.shape
    thin, pen = levels(small, 0.5, 1), levels(small, 0.5, 2)
    assert thin.vessel.sum() < pen.vessel.sum()
    run(monkeypatch, operating_point.main, "--maps", data / "maps", "--model", card)
    assert f"| SAMPLE | {small.width} | 1 |" in capsys.readouterr().out
    run(monkeypatch, operating_point.main, "--maps", data / "maps", "--model", card, "--split", "test")
    assert f"| {own.set} | own | 1 | {levels(own).dice()[128]:.3f} |" in capsys.readouterr().out


def test_presence_counts_centre_lines_alone(
    data: Path, small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = np.zeros((80, 80), np.uint8)
    line[40, 10:70] = 1
    wide = cv2.dilate(line, presence.disc(6)).view(np.bool_)
    thin, inside = np.roll(line, 2, 0).view(np.bool_), np.ones((80, 80), np.bool_)
    lines = presence.presence(thin, wide, inside, 3)
    assert lines.found_in_truth == lines.found == 60
    assert lines.truth_in_found / lines.truth > 0.9
    assert presence.presence(thin, wide, inside, 1).truth_in_found == 0
    (data / "SAMPLE" / "split.csv").write_text("id,split\n1,train\n")
    run(monkeypatch, presence.main, "--data", data, "--set", "SAMPLE", "--split", "train", "--thresholds", 0.9)
    assert "| 0.9 | 1 |" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        run(monkeypatch, presence.main, "--data", data, "--set", "SAMPLE", "--thresholds", 0.9)
