"""The network runs on every canvas of its card, and incorrect cards are refused."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from conftest import SHIPPED, copy_card
from retina.app import create_app
from retina.errors import ModelCardError
from retina.imaging.model_card import CanvasSize, ModelCard, read_model_card
from retina.imaging.network import VesselNetwork
from retina.settings import Settings


def test_the_shipped_card_describes_the_shipped_network(network: VesselNetwork) -> None:
    card, data = read_model_card(SHIPPED)
    assert hashlib.sha256(data).hexdigest() == card.sha256
    assert len(data) < 2e6
    assert card.parameters < 1_000_000
    assert card.scores, "the card must carry measured scores"
    assert network.xnnpack


@pytest.mark.slow
def test_every_canvas_answers_with_probabilities(network: VesselNetwork) -> None:
    for canvas in network.card.canvases:
        values = np.random.default_rng(0).normal(size=(canvas.height, canvas.width)).astype(np.float32)
        probability = network(canvas, values)
        assert probability.shape == values.shape
        assert probability.dtype == np.float32
        assert 0 <= probability.min() <= probability.max() <= 1


@pytest.mark.slow
def test_threads_get_the_answers_that_one_thread_gets(network: VesselNetwork) -> None:
    canvas = network.card.canvases[0]
    inputs = np.random.default_rng(1).normal(size=(6, canvas.height, canvas.width)).astype(np.float32)
    alone = [network(canvas, values) for values in inputs]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda values: network(canvas, values), inputs))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_a_large_canvas_is_computed_by_all_threads_with_the_same_result(network: VesselNetwork) -> None:
    canvas = network.card.canvases[1]
    values = np.random.default_rng(2).normal(size=(canvas.height, canvas.width)).astype(np.float32)
    alone = network(canvas, values)
    before = _threads()
    app = create_app(Settings(cores=3, model=SHIPPED))
    together = app.state.network(canvas, values)
    assert _threads() == before + 2, "besides the one that calls"
    assert np.array_equal(alone, together)


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def test_interpreters_are_reused(network: VesselNetwork) -> None:
    fresh = VesselNetwork(SHIPPED)
    canvas = fresh.card.canvases[0]
    values = np.zeros((canvas.height, canvas.width), np.float32)
    fresh(canvas, values)
    [interpreter] = fresh._idle[canvas]
    fresh(canvas, values)
    assert fresh._idle[canvas] == [interpreter]


WEIGHED = {
    "intercept": 0.8,
    "weights": {"speckle": {"weight": 0.1, "low": -1, "high": 1}},
    "mean_absolute_error": 0.05,
    "fitted_on": "photographs",
}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sha256": "0" * 64}, "sha256 differs"),
        ({"file": "other.tflite"}, "cannot read"),
        ({"threshold": 2}, "malformed"),
        ({"thresholds": [{"field_of_view_side_up_to": 0, "threshold": 0.5}]}, "thresholds"),
        ({"thresholds": [{"field_of_view_side_up_to": 9, "threshold": 1.5}]}, "thresholds"),
        ({"surprise": 1}, "malformed"),
        ({"confidence": WEIGHED}, "speckle"),
        ({"preparation": {"padding": "centre"}}, "preparation.padding"),
        ({"preparation": {"equalisation": {"method": "clahe", "tiles": [0, 8]}}}, "tiles"),
        ({"preparation": {"scaling": {"method": "divide", "by": 0}}}, "scaling"),
        ({"canvases": [{"height": 100, "width": 100}]}, "stride"),
        ({"canvases": [{"height": 512, "width": 512, "field_of_view_width_up_to": 9}]}, "10 pixels wide"),
        ({"canvases": [{"height": 512, "width": 512, "field_of_view_width_from": 9}]}, "1 pixels wide"),
        ({"canvases": [{"height": 512, "width": 512, "field_of_view_aspect_from": 1.1}]}, "1 pixels wide"),
        ({"canvases": [{"height": 512, "width": 512, "field_of_view_aspect_from": -1}]}, "aspect_from"),
    ],
)
def test_a_card_that_lies_is_refused(tmp_path: Path, changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ModelCardError, match=reason):
        VesselNetwork(copy_card(tmp_path, **changes))


def test_a_canvas_can_be_added_by_writing_it_into_the_card(tmp_path: Path) -> None:
    network = VesselNetwork(copy_card(tmp_path, canvases=[{"height": 64, "width": 96}]))
    probability = network(CanvasSize(height=64, width=96), np.zeros((64, 96), np.float32))
    assert probability.shape == (64, 96)


def test_the_threshold_follows_the_width_of_the_field_of_view(tmp_path: Path) -> None:
    steps = [{"field_of_view_side_up_to": 700, "threshold": 0.3}, {"field_of_view_side_up_to": 450, "threshold": 0.2}]
    card, _ = read_model_card(copy_card(tmp_path, threshold=0.6, thresholds=steps))
    assert [card.threshold_at(width) for width in (64, 450, 451, 700, 701, 4000)] == [0.2, 0.2, 0.3, 0.3, 0.6, 0.6]
    other, _ = read_model_card(copy_card(tmp_path, threshold=0.6, thresholds=steps[:1]))
    assert other.digest != card.digest, "a result depends on it"
    written = json.loads((tmp_path / "unet.json").read_text())
    del written["thresholds"]
    (tmp_path / "unet.json").write_text(json.dumps(written))
    plain, _ = read_model_card(tmp_path / "unet.json")
    assert {plain.threshold_at(width) for width in (64, 4000)} == {0.6}


def test_repeatability_counts_only_for_the_network_it_was_measured_with(tmp_path: Path) -> None:
    density = {"coefficient": 0.08, "relative": True, "photographs": 20}
    study = {"structures_sha256": "0" * 64, "protocol": "", "measurements": {"vascular_density": density}}
    plain, _ = read_model_card(copy_card(tmp_path, repeatability=None))
    assert plain.repeatability_of("vascular_density") is None
    own, _ = read_model_card(copy_card(tmp_path, repeatability=study | {"network_sha256": plain.sha256}))
    found = own.repeatability_of("vascular_density")
    assert found is not None
    assert found.model_dump() == density
    assert own.repeatability_of("something_else") is None
    assert own.digest == plain.digest, "no result depends on it"
    other, _ = read_model_card(copy_card(tmp_path, repeatability=study | {"network_sha256": "1" * 64}))
    assert other.repeatability_of("vascular_density") is None


def test_the_shipped_thresholds_rise_with_the_width() -> None:
    card, _ = read_model_card(SHIPPED)
    served = [card.threshold_at(width) for width in range(64, 2000)]
    assert served == sorted(served)
    assert served[0] < card.threshold == served[-1]


def test_the_card_round_trips() -> None:
    text = SHIPPED.read_text()
    assert ModelCard.model_validate_json(text).model_dump(mode="json") == json.loads(text)
