"""The quality report: what spoils a photograph lowers its grade, and what does not change it does not."""

import cv2
import numpy as np
import pytest

from models.evaluation.perturbations import blur, brightness, jpeg
from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.pipeline import predict_photograph
from retina.imaging.quality import GRADES, QualityReport

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
