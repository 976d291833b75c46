"""A network that is only left as int8 is read back for training. Needs Keras: `make test-models`."""

import numpy as np
import pytest

pytestmark = pytest.mark.training

pytest.importorskip("tensorflow", reason="TensorFlow is not installed here: make test-models")
keras = pytest.importorskip("keras", reason="Keras is not installed here: make test-models", exc_type=ImportError)

from models import network
from models.export import readback, tflite
from retina.imaging.model_card import CanvasSize


def test_the_network_read_back_gives_the_map_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "WIDTHS", (8, 16))
    keras.utils.set_random_seed(3)
    random = np.random.default_rng(3)
    windows = [random.normal(0, 1, (64, 64)).astype(np.float32).clip(-4, 4) for _ in range(4)]
    model = network.build()
    model.set_weights([w + random.normal(0, 0.1, w.shape) if w.ndim == 1 else w for w in model.get_weights()])
    for layer in model.layers:
        if type(layer) is keras.layers.BatchNormalization:
            layer.moving_variance.assign(np.abs(random.normal(1, 0.2, layer.moving_variance.shape)))
    canvas = CanvasSize(height=64, width=64, field_of_view_width_up_to=None)
    file = tflite.to_tflite(tflite.rebuild(model, canvas), "int8", windows)

    read = readback.as_keras(readback.convolutions(file), windows)

    exact, batch = tflite.run(file, windows[0]), np.stack(windows)[..., None]
    found = np.asarray(read(batch, training=False))
    assert np.abs(found[0, ..., 0] - exact).mean() < 0.02
    assert np.abs(found - np.asarray(model(batch, training=False))).mean() < 0.02
    # Training starts from the same map: the statistics of the batch are those that were unfolded.
    assert np.abs(found - np.asarray(read(batch, training=True))).max() < 1e-3


def test_a_file_of_another_architecture_is_refused() -> None:
    with pytest.raises(ValueError, match="0 convolutions"):
        readback.as_keras([], [])
