"""Importing and serving networks trained elsewhere. Runs in the training environment (`make test-models`)."""

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from PIL import Image

from conftest import ROOT, SAMPLE

pytest.importorskip("tensorflow", reason="TensorFlow is not installed here; it is in build/keras, see models/README.md")
keras = pytest.importorskip("keras", reason="Keras is not installed here; it is in build/keras, see models/README.md")

from benchmarks import original_design
from models.export import convert, foreign
from retina.app import create_app
from retina.settings import Settings

pytestmark = pytest.mark.training


def as_they_prepared_it(photograph: Path) -> NDArray[np.float32]:
    """What the h5 family was fed with, in the words of its own authors' libraries: float32[128,128]."""
    small = np.asarray(Image.open(photograph).convert("RGB").resize((128, 128), Image.Resampling.BICUBIC))
    return (cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)) / 255.0).astype(np.float32)


def dice_loss(truth: Any, probability: Any) -> Any:
    ops = keras.ops
    return 1 - 2 * ops.sum(truth * probability) / (ops.sum(truth) + ops.sum(probability) + 1)


def iou(truth: Any, probability: Any) -> Any:
    return keras.ops.mean(truth * probability)


@dataclass(frozen=True)
class Imported:
    """A Keras network, and the card that serves what it was converted to."""

    keras: Any
    card: Path


def saved_network(path: Path) -> Any:
    """A network that has learned from the sample for one step, with a loss and a metric nobody else knows.

    Its last layer is scaled so that about half of the pixels are vessels, which takes thousands of steps to learn.
    """
    keras.utils.set_random_seed(1)
    model = original_design.build()
    gray = as_they_prepared_it(SAMPLE)[None, ..., None]
    model.compile(keras.optimizers.Adam(1e-4), dice_loss, metrics=[iou], run_eagerly=True)
    model.train_on_batch(gray, (gray < 0.4).astype(np.float32))
    probability = np.asarray(model(gray), np.float64)
    logits = np.log(probability / (1 - probability))
    kernel, bias = model.layers[-1].get_weights()
    scale = 3 / logits.std()
    model.layers[-1].set_weights([kernel * scale, (bias - np.median(logits)) * scale])
    model.save(path)
    return model


@pytest.fixture(scope="module", params=[".h5", ".keras"])
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """The design of 31 million parameters in one of the formats, with an eighth of the filters in the other."""
    folder = tmp_path_factory.mktemp("imported")
    path = folder / f"unet_model{request.param}"
    arguments = [str(path), "--out", str(folder)]
    with pytest.MonkeyPatch.context() as patch:
        if request.param == ".h5":
            model = saved_network(path)
            assert round(model.count_params() / 1e6, 1) == 31.0
            command = [sys.executable, "-m", "models.export.convert", *arguments]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            assert "31,0" in done.stdout
        else:
            patch.setattr(original_design, "WIDTHS", [width // 8 for width in original_design.WIDTHS])
            model = saved_network(path)
            patch.setattr(sys, "argv", ["convert", *arguments])
            convert.main()
    return Imported(model, folder / "unet.json")


def test_the_served_preview_equals_the_keras_prediction(imported: Imported, tmp_path: Path) -> None:
    odd = tmp_path / "565x584.png"
    Image.open(SAMPLE).resize((565, 584)).rotate(20).save(odd)
    tiny = tmp_path / "128.png"
    Image.open(SAMPLE).resize((128, 128)).save(tiny)
    with TestClient(create_app(Settings(model=imported.card))) as client:
        for photograph in (SAMPLE, odd, tiny):
            answer = client.post("/predict", files={"file": photograph.read_bytes()})
            assert answer.status_code == 200, answer.text
            encoded = np.frombuffer(base64.b64decode(answer.json()["prediction_image"]), np.uint8)
            served = cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE) > 0
            expected = np.asarray(imported.keras(as_they_prepared_it(photograph)[None, ..., None]))[0, ..., 0]
            clear = np.abs(expected - 0.5) > 1e-4
            assert clear.mean() > 0.9
            assert 0.02 < (expected > 0.5).mean() < 0.98, "a mask of one colour proves nothing"
            assert np.array_equal(served[clear], (expected > 0.5)[clear])


def test_every_route_serves_an_imported_network(imported: Imported) -> None:
    with TestClient(create_app(Settings(model=imported.card))) as client:
        everything = {"outputs": "preview,mask,probability,overlay,skeleton"}
        answer = client.post("/api/v1/predictions", files={"file": SAMPLE.read_bytes()}, data=everything)
        assert answer.status_code == 200, answer.text
        document = answer.json()
        assert (document["model"]["name"], document["canvas"]) == ("unet_model", "128x128")
        assert 0 < document["measurements"]["vascular_density"] < 1
        assert document["quality"]["expected_dice"] is None, "nobody has fitted it for this network"
        mask = cv2.imdecode(np.frombuffer(base64.b64decode(document["images"]["mask"]), np.uint8), cv2.IMREAD_GRAYSCALE)
        assert mask is not None
        assert mask.shape == (1411, 1411)
        assert client.get("/api/v1/model").json()["preparation"]["frame"] == "whole photograph"
        assert client.get("/api/v1/health").json()["xnnpack"]


def refusal(path: Path) -> str:
    with pytest.raises(foreign.ForeignNetworkError) as caught:
        foreign.convert(path, path.parent / "out", 0.5)
    assert not (path.parent / "out").exists(), "nothing may be written"
    return str(caught.value)


def saved(model: Any, path: Path) -> Path:
    model.save(path)
    return path


def test_what_cannot_be_served_is_refused_with_a_reason(tmp_path: Path) -> None:
    layers = keras.layers
    inputs = keras.Input((32, 32, 1))
    fine = keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(inputs))
    two = keras.Model(inputs, layers.Conv2D(2, 1, activation="softmax")(inputs))
    colour = keras.Input((32, 32, 3))
    open_ = keras.Input((None, None, 1))
    fine.save_weights(tmp_path / "only.weights.h5")
    (tmp_path / "text.h5").write_text("not a network")
    assert "no such file" in refusal(tmp_path / "absent.h5")
    assert "whole Keras network" in refusal(tmp_path / "only.weights.h5")
    assert "whole Keras network" in refusal(tmp_path / "text.h5")
    assert "one gray channel" in refusal(saved(two, tmp_path / "two.keras"))
    assert "one gray channel" in refusal(
        saved(keras.Model(colour, layers.Conv2D(1, 1, activation="sigmoid")(colour)), tmp_path / "colour.h5")
    )
    assert "input size is open" in refusal(
        saved(keras.Model(open_, layers.Conv2D(1, 1, activation="sigmoid")(open_)), tmp_path / "open.keras")
    )
    linear = keras.Model(inputs, layers.Conv2D(1, 1, kernel_initializer="ones")(inputs))
    linear.layers[-1].set_weights([np.full((1, 1, 1, 1), -3.0), np.zeros(1)])
    assert "sigmoid" in refusal(saved(linear, tmp_path / "linear.keras"))

    both = keras.Model(inputs, {"mask": fine.output, "again": fine.output})
    assert "one gray channel" in refusal(saved(both, tmp_path / "both.keras"))
    (tmp_path / "damaged.keras").write_bytes(saved(fine, tmp_path / "fine.keras").read_bytes()[:-200])
    assert "whole Keras network" in refusal(tmp_path / "damaged.keras")
    assert "no such file; folders" in refusal(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(foreign.ForeignNetworkError, match="is no folder"):
        foreign.convert(tmp_path / "fine.keras", tmp_path / "file", 0.5)


def test_a_command_without_out_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["convert", str(tmp_path / "absent.h5")])
    with pytest.raises(SystemExit) as ended:
        convert.main()
    assert ended.value.code == 2
    assert "--out" in capsys.readouterr().err


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float32"])
def test_other_input_sizes_and_precisions_are_served(policy: str, tmp_path: Path) -> None:
    """Upsampling layers fix the size of the file: it must run at the size it was saved with, square or not. A name for
    the output does no harm."""
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(policy)
    try:
        inputs = keras.Input((96, 128, 1))
        x = keras.layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
        x = keras.layers.Concatenate()([keras.layers.UpSampling2D()(x), inputs])
        model = keras.Model(inputs, {"vessels": keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x)})
    finally:
        keras.mixed_precision.set_global_policy(before)
    foreign.convert(saved(model, tmp_path / "wide.keras"), tmp_path / "out", 0.5)
    with TestClient(create_app(Settings(model=tmp_path / "out" / "unet.json"))) as client:
        answer = client.post("/api/v1/predictions", files={"file": SAMPLE.read_bytes()})
        assert answer.status_code == 200, answer.text
        assert answer.json()["canvas"] == "128x96"


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    inputs = keras.Input((32, 32, 1))
    sly = keras.Model(inputs, keras.layers.Lambda(lambda x: keras.ops.sigmoid(x))(inputs))
    assert "Lambda" in refusal(saved(sly, tmp_path / "sly.keras"))


def test_a_file_from_an_older_keras_is_read(tmp_path: Path) -> None:
    """Keras 2 wrote `groups` into transposed convolutions, which Keras 3 refuses."""
    import h5py

    inputs = keras.Input((32, 32, 1))
    x = keras.layers.Conv2DTranspose(1, 2, strides=2)(keras.layers.MaxPooling2D()(inputs))
    path = saved(keras.Model(inputs, keras.layers.Activation("sigmoid")(x)), tmp_path / "old.h5")
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        for layer in config["config"]["layers"]:
            if layer["class_name"] == "Conv2DTranspose":
                layer["config"]["groups"] = 1
        file.attrs["model_config"] = json.dumps(config)
    assert "32x32" in foreign.convert(path, tmp_path / "out", 0.5)[0]
