"""Mask, probability map, overlay and previews of the sample photograph."""

import io
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from retina.imaging import rendering
from retina.imaging.arrays import CERTAIN
from retina.imaging.downsampling import downsample
from retina.imaging.measurements.vascular_density import vascular_density
from retina.imaging.model_card import CanvasSize
from retina.imaging.network import VesselNetwork
from retina.imaging.overlay import overlay
from retina.imaging.photograph import Photograph
from retina.imaging.pipeline import predict_photograph
from retina.imaging.segmentation import Segmentation, segment


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.fixture(scope="module")
def segmentation(photograph: Photograph, quick_network: VesselNetwork) -> Segmentation:
    return segment(photograph, quick_network)


def test_the_mask_is_one_bit_of_the_photographs_own_size(segmentation: Segmentation) -> None:
    image = opened(rendering.mask(segmentation.vessels))
    assert (image.format, image.mode, image.size) == ("PNG", "1", (1411, 1411))
    assert np.array_equal(np.asarray(image), segmentation.vessels)


def test_the_probability_is_gray_and_thresholds_to_the_mask(segmentation: Segmentation) -> None:
    image = opened(rendering.probability(segmentation))
    assert (image.mode, image.size) == ("L", (1411, 1411))
    values = np.asarray(image) / 255
    assert np.abs(values - segmentation.probability / CERTAIN).max() < 0.003
    assert ((values > segmentation.threshold) != segmentation.vessels).mean() < 0.005


def test_a_real_vessel_map_comes_out(segmentation: Segmentation, photograph: Photograph) -> None:
    """Vessels are darker than what surrounds them, long and connected, and the map follows them."""
    green = photograph.rgb[..., 1].astype(np.float32)
    local = green - cv2.GaussianBlur(green, (0, 0), 20)
    inside = photograph.field_of_view.mask((1411, 1411)).astype(np.uint8)
    core = cv2.erode(inside, np.ones((61, 61), np.uint8)).astype(np.bool_)
    vessels = segmentation.vessels & core
    assert local[vessels].mean() < local[core & ~segmentation.vessels].mean() - 8
    density = vascular_density(segmentation.vessels, photograph.field_of_view)
    assert density is not None
    assert 0.05 < density < 0.16
    _, _, stats, _ = cv2.connectedComponentsWithStats(segmentation.vessels.astype(np.uint8), connectivity=8)
    assert stats[1:, cv2.CC_STAT_AREA].max() > 0.4 * segmentation.vessels.sum()


def test_previews_are_128_and_thresholded_after_averaging(segmentation: Segmentation, photograph: Photograph) -> None:
    prediction = opened(rendering.prediction_preview(segmentation))
    assert prediction.size == (128, 128)
    averaged = cv2.resize(segmentation.probability, (128, 128), interpolation=cv2.INTER_AREA)
    assert np.array_equal(np.asarray(prediction), (averaged / CERTAIN > segmentation.threshold) * np.uint8(255))
    original = opened(rendering.original_preview(photograph))
    assert (original.size, original.mode) == ((128, 128), "RGB")
    assert np.asarray(original)[64, 64, 0] > np.asarray(original)[64, 64, 2]


def test_the_overlay_tints_vessels_only(segmentation: Segmentation, photograph: Photograph) -> None:
    tinted = overlay(photograph, segmentation)
    changed = (tinted != photograph.rgb).any(axis=2)
    assert not (changed & ~segmentation.vessels).any()
    assert (changed & segmentation.vessels).sum() > 0.99 * segmentation.vessels.sum()
    jpeg = opened(rendering.overlay_jpeg(photograph, segmentation))
    assert (jpeg.format, jpeg.size) == ("JPEG", (1411, 1411))


def test_a_large_overlay_is_reduced() -> None:
    rgb = np.zeros((1000, 4096, 3), np.uint8)
    flat = np.zeros((1000, 4096), np.uint16)
    large = Segmentation(flat, flat > 0.5, 0.5, CanvasSize(height=512, width=512))
    view = None
    photograph = Photograph(rgb, view, "")  # type: ignore[arg-type]
    assert opened(rendering.overlay_jpeg(photograph, large)).size == (2048, 500)
    assert opened(rendering.overlay_png(photograph, large)).size == (4096, 1000)


def test_downsampling_in_steps_is_downsampling_at_once(photograph: Photograph) -> None:
    for size in ((128, 128), (512, 300), (1411, 1411), (1000, 100)):
        at_once = cv2.resize(photograph.rgb, size, interpolation=cv2.INTER_AREA).astype(float)
        assert np.abs(downsample(photograph.rgb, size) - at_once).mean() < 1.0, size


def test_the_graph_is_found_once_to_be_measured_and_drawn(
    photograph: Photograph, quick_network: VesselNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = rendering.graph(photograph, segment(photograph, quick_network))

    def refuse(*_: Any) -> Any:
        raise AssertionError("it has been measured")

    monkeypatch.setattr("retina.imaging.rendering.vessel_graph", refuse)
    prediction = predict_photograph(photograph, quick_network, {"graph": rendering.graph})
    assert prediction.pictures["graph"] == alone
