"""The quality report: what spoils a photograph lowers its grade, and what does not change it does not."""

import itertools
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest

from models.evaluation.perturbations import blur, brightness, contrast, jpeg, noise
from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.pipeline import predict_photograph
from retina.imaging.quality import DOUBTFUL, GRADES, QualityReport, quality_report
from retina.imaging.retina_gate import Verdict
from retina.imaging.schemas import Retina

NAMES = {"field_of_view", "sharpness", "noise", "exposure", "contrast", "illumination", "resolution", "domain"}


def report(rgb: Rgb, network: VesselNetwork) -> QualityReport:
    pixels = np.ascontiguousarray(rgb, np.uint8)
    return predict_photograph(Photograph(pixels, find_field_of_view(pixels), ""), network, {}, force=True).quality


@pytest.fixture(scope="module")
def large(photograph: Photograph) -> Rgb:
    """The sample at 940 pixels."""
    return np.asarray(cv2.resize(photograph.rgb, (940, 940), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.fixture(scope="module")
def plain(large: Rgb, network: VesselNetwork) -> QualityReport:
    return report(large, network)


def test_every_score_has_a_sentence(plain: QualityReport) -> None:
    assert set(plain.scores) == NAMES
    for each in plain.scores.values():
        assert 0 <= each.score <= 1
        assert each.sentence.endswith(".")
    assert plain.grade in GRADES[:2]


@pytest.mark.slow
def test_a_blurred_photograph_is_not_simply_done(large: Rgb, network: VesselNetwork, plain: QualityReport) -> None:
    worse = report(blur(large, 6), network)
    assert GRADES.index(worse.grade) >= 2
    assert worse.scores["sharpness"].score < plain.scores["sharpness"].score - 0.3
    assert "The photograph is blurred." in worse.reasons
    dark = report(brightness(large, 0.08), network)
    assert dark.scores["exposure"].score < 0.5
    assert "The photograph is underexposed." in dark.reasons


@pytest.mark.slow
@pytest.mark.parametrize("deviation", [0, 5])
def test_the_more_out_of_focus_the_less_is_promised_with_a_sensors_noise_or_without(
    large: Rgb, network: VesselNetwork, plain: QualityReport, deviation: float
) -> None:
    found = [report(noise(blur(large, sigma), deviation), network) for sigma in (3, 5, 8, 12)]
    for less, more in itertools.pairwise([plain, *found]):
        assert more.score < less.score
        assert more.scores["sharpness"].score <= less.scores["sharpness"].score
    for strong in found[2:]:
        assert GRADES.index(strong.grade) >= 2
        assert "The photograph is blurred." in strong.reasons
    weak = report(contrast(large, 0.3), network)
    assert weak.scores["sharpness"].score == pytest.approx(plain.scores["sharpness"].score, abs=0.1)


@pytest.mark.slow
def test_it_is_stable_under_resizing_encoding_and_cropping(
    large: Rgb, network: VesselNetwork, plain: QualityReport
) -> None:
    """The score moves by at most .06 and the grade by at most one step."""
    smaller = cv2.resize(large, (760, 760), interpolation=cv2.INTER_AREA)
    for other in (smaller, jpeg(large, 90), large[30:, :], np.pad(large, ((40, 40), (60, 60), (0, 0)))):
        found = report(np.asarray(other, np.uint8), network)
        assert found.score == pytest.approx(plain.score, abs=0.06)
        assert abs(GRADES.index(found.grade) - GRADES.index(plain.grade)) <= 1


def test_a_thumbnail_is_unusable_and_promises_nothing(large: Rgb, network: VesselNetwork) -> None:
    thumbnail = np.asarray(cv2.resize(large, (64, 64), interpolation=cv2.INTER_AREA), np.uint8)
    found = predict_photograph(Photograph(thumbnail, find_field_of_view(thumbnail), ""), network, {}, force=True)
    assert found.quality.grade == "unusable"
    assert found.expected.dice is None
    assert found.expected.reason


BAD_TO_GOOD: dict[str, tuple[float, ...]] = {
    "visible": (0.35, 0.505, 0.56, 0.61, 0.66, 0.71, 0.8, 0.95),
    "focus": (-1.1, -1.0, -0.9, -0.8, -0.6),
    "noise": (-0.9, -1.1, -1.3, -1.6, -2.0),
    "level": (2.5, 2.6, 2.8, 3.0, 4.5, 5.2, 5.44),
    "burnt": (0.33, 0.2, 0.0),
    "contrast": (-3.8, -3.5, -3.1, -2.7, -2.0),
    "shadow": (0.45, 0.38, 0.27, 0.1, 0.0),
    "glare": (0.5, 0.2, 0.0),
    "width": (4.7, 4.75, 5.2, 5.6, 6.0, 7.3),
}
"""Numbers of `clarity` that scores are made of."""
OF_SCORES = {
    "field_of_view": ["visible"],
    "sharpness": ["focus"],
    "noise": ["noise"],
    "exposure": ["level", "burnt"],
    "contrast": ["contrast"],
    "illumination": ["shadow", "glare"],
    "resolution": ["width"],
    "domain": [],
}
BEST = {name: values[-1] for name, values in BAD_TO_GOOD.items()} | {"level": 4.5}


def test_a_photograph_has_reasons_unless_it_is_good_and_each_would_lower_its_grade_alone(
    photograph: Photograph,
) -> None:
    generator = np.random.default_rng(0)
    disc = photograph.field_of_view
    found = Counter[str]()
    for _ in range(4_000):
        numbers = BEST | {
            name: float(generator.choice(values)) for name, values in BAD_TO_GOOD.items() if generator.random() < 0.3
        }
        promised = None if generator.random() < 0.2 else float(generator.choice([0.3, 0.6, 0.74, 0.8, 0.9]))
        retina: Retina = "yes" if generator.random() < 0.7 else "unsure" if generator.random() < 0.7 else "no"
        likeness = float(generator.choice([0.1, 0.4, 0.6, 0.9]))
        view = disc if generator.random() < 0.8 else replace(disc, frame="whole")
        verdict = Verdict(retina, "" if retina == "yes" else "no vessels", likeness)
        report = quality_report(numbers, view, verdict, promised)
        found[report.grade] += 1
        assert (report.grade == "good") == (not report.reasons), report
        assert len(set(report.reasons)) == len(report.reasons)
        assert set(report.reasons) <= {verdict.sentence, DOUBTFUL, *(each.sentence for each in report.scores.values())}
        for name, score in report.scores.items():
            if score.sentence in report.reasons and promised is not None:
                only = BEST | {each: numbers[each] for each in OF_SCORES[name]}
                alone = quality_report(only, view, Verdict("yes", "", likeness if name == "domain" else 0.9), promised)
                assert alone.grade != "good", (name, report)
                assert score.sentence in alone.reasons, (name, report)
    assert min(found[grade] for grade in GRADES) > 50, found


@pytest.mark.parametrize(("visible", "grade"), [(0.8, "good"), (0.71, "good"), (0.67, "usable"), (0.6, "usable")])
def test_a_disc_of_which_much_is_cut_off_is_not_good(photograph: Photograph, visible: float, grade: str) -> None:
    """About .8 is left by cameras that cut it at the top and bottom, and .5 to .67 by a half of a photograph."""
    report = quality_report(BEST | {"visible": visible}, photograph.field_of_view, Verdict("yes"), 0.85)
    assert report.grade == grade
    assert [f"{100 * visible:.0f} % of the field of view" in reason for reason in report.reasons] == (
        [] if grade == "good" else [True]
    )
    whole = replace(photograph.field_of_view, frame="whole")
    assert quality_report(BEST | {"visible": visible}, whole, Verdict("yes"), 0.85).grade == "good"


@pytest.mark.parametrize("black", ["left", "right"])
def test_a_photograph_of_half_a_retina_is_not_good(large: Rgb, network: VesselNetwork, black: str) -> None:
    """Cut at the top and bottom by its camera, too, so that more of the circle around it is visible."""
    half = large.copy()
    half[:150] = half[-150:] = 0
    assert not [reason for reason in report(half, network).reasons if "field of view" in reason]
    half[:, : half.shape[1] // 2] = 0
    found = report(half if black == "left" else half[:, ::-1], network)
    assert GRADES.index(found.grade) >= 1
    assert "% of the field of view is visible" in " ".join(found.reasons)
