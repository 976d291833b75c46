"""The maps that the gate and the grade are fitted on, and both fits, on pictures and numbers made here."""

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.evaluation.gate import picture, ruined, table
from models.evaluation.gate_regression import FAR, Picture, fit, left_out
from models.evaluation.grading import CHOSEN, Graded, covered, promised, with_interval
from models.evaluation.grading import fit as fit_grade
from models.evaluation.grading import left_out as left_out_sets
from models.evaluation.kept_maps import kept
from models.evaluation.maps import Folder, photographs
from models.evaluation.surrounds import CASES
from retina.imaging.arrays import Rgb
from retina.imaging.network import VesselNetwork
from retina.imaging.vessel_pattern import NAMES


@pytest.fixture
def data(tmp_path: Path, small_rgb: Rgb) -> Path:
    """A folder with one set of one photograph, labelled with a cross."""
    for part in ("images", "vessels", "fov"):
        (tmp_path / "HRF" / part).mkdir(parents=True)
    inside = (small_rgb.max(axis=2) > 20).astype(np.uint8) * 255
    cross = np.zeros_like(inside)
    cross[:, 170:175] = cross[170:175] = 255
    for part, pixels in (("images", small_rgb[..., ::-1]), ("vessels", cross), ("fov", inside)):
        cv2.imwrite(str(tmp_path / "HRF" / part / "1.png"), np.ascontiguousarray(pixels))
    (tmp_path / "HRF" / "split.csv").write_text("id,split\n1,train\n")
    return tmp_path


def test_maps_are_kept_and_read_with_what_was_changed(data: Path, network: VesselNetwork) -> None:
    [source] = photographs(data)
    folder = Folder(data / "maps", network)
    folder.path.mkdir()
    folder.keep("plain", source.facts, partial(source.changed, 0))
    folder.keep("plain", source.facts, partial(pytest.fail, "an interrupted run starts over"))
    folder.keep("other", source.facts, partial(source.composed, 3))
    folder.keep("quarter", source.facts, partial(source.part, 1))
    folder.keep("third", source.facts, partial(source.enhanced, 1))
    folder.keep("soft", source.facts, partial(source.defocused, 1))
    other, plain, part, soft, third = kept(folder.path)
    assert soft.what.startswith("defocus ")
    assert ruined(soft), "it is for the grade alone"
    assert (soft.dice or 1) < (plain.dice or 0)
    assert part.what == "part: 0.75"
    assert part.rgb.shape[0] == part.rgb.shape[1]
    assert part.rgb.shape[0] < plain.rgb.shape[0]
    assert picture(part).unusual
    assert third.what.startswith("enhanced: ")
    assert picture(third).unusual
    assert not picture(other).unusual
    assert (plain.set, plain.split, plain.what, plain.retina) == ("HRF", "train", "unchanged", True)
    assert plain.dice is not None
    assert 0 < plain.dice < 0.3
    assert [one.key for one in kept(folder.path, labelled=True)] == ["plain", "soft", "third"]
    assert other.what.removeprefix("surround: ") in CASES
    assert other.rgb.shape != plain.rgb.shape
    assert plain.probability.max() > 60_000
    assert not ruined(plain)
    assert not picture(plain).impossible


def pictures(kinds: int, each: int) -> list[Picture]:
    """Half of the `kinds` are sets of retinas, which differ from the others in the first number only."""
    random = np.random.default_rng(0)
    made: list[Picture] = []
    for kind in range(kinds):
        for _ in range(each):
            pattern = random.normal(0, 1, len(NAMES))
            pattern[0] += 5 * (kind % 2)
            what = "surround: white" if len(made) % 3 == 0 else "unchanged"
            made.append(Picture(str(kind), kind % 2 == 0, what, "", pattern))
    return made


def test_the_gate_tells_kinds_apart_that_it_has_not_seen() -> None:
    some = pictures(6, 30)
    logits = left_out(some)
    retina = np.array([p.retina for p in some])
    assert np.mean((logits > 0) == retina) > 0.95
    rows = table(some, logits, -1.0, 1.0)
    assert "| retinas, on a drawn surround: all | 30 |" in "\n".join(rows)
    assert any(row.startswith("| foreign: all | 90 | 9") for row in rows)


def test_enhanced_retinas_and_parts_count_less_than_others() -> None:
    some = pictures(4, 30)
    pattern = np.zeros(len(NAMES))
    pattern[1] = 4
    one = [Picture("0", False, "unchanged", "", pattern)] * 30
    usual, enhanced = (fit([*some, *one, *[Picture("1", True, what, "", pattern)] * 30]) for what in ("", "enhanced: "))
    assert enhanced.logits(pattern[None])[0] < usual.logits(pattern[None])[0] - 0.2


def test_what_is_far_from_every_retina_is_refused_whatever_the_regression_says() -> None:
    some = pictures(4, 30)
    far = np.zeros((1, len(NAMES)))
    far[0, 1] = 1e3
    assert fit(some).logits(far) == FAR
    assert left_out([*some, Picture("0", True, "unchanged", "", np.zeros(len(NAMES)), impossible=True)])[-1] == FAR


def copies_of(name: str, split: str, off: float, number: int = 60) -> list[Graded]:
    """Copies whose Dice falls with the first number; the set's own share of it, `off`, no number tells."""
    random = np.random.default_rng([*name.encode(), *split.encode()])
    made: list[Graded] = []
    for _ in range(number):
        numbers = random.normal(0, 1, len(CHOSEN))
        true = 0.75 - 0.04 * numbers[0] + off + random.normal(0, 0.01)
        made.append(Graded(name, split, "unchanged", float(np.clip(true, 0, 1)), numbers))
    return made


def test_the_interval_is_as_wide_as_the_set_asks_for_that_the_others_foresee_worst() -> None:
    alike = [*copies_of("A", "train", 0.0), *copies_of("B", "train", 0.0)]
    odd = copies_of("C", "train", -0.12)
    narrow, wide = (with_interval(fit_grade(some), some) for some in (alike, [*alike, *odd]))
    assert (narrow.below or 0) < 0.05
    assert (wide.below or 0) > 0.08
    assert covered(wide, odd) > 0.9
    assert "| C | 60 |" in "\n".join(left_out_sets(alike + odd, odd))


def test_a_worse_photograph_is_promised_less() -> None:
    some = [*copies_of("A", "train", 0.0), *copies_of("B", "train", 0.01)]
    tried = copies_of("B", "test", 0.01)
    said = promised(fit_grade(some), tried)
    assert np.corrcoef(said, [c.dice for c in tried])[0, 1] > 0.8
