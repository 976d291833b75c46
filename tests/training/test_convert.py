"""Conversion of an untrained network at 64 x 64. Runs in the training environment only (`build/keras`).

It has two levels rather than four, because the time that a conversion takes depends on the number of layers.
"""

import argparse
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from retina.imaging.arrays import Rgb
from retina.imaging.model_card import CanvasSize, ModelCard, read_model_card

pytest.importorskip("tensorflow", reason="TensorFlow is not installed here; it is in build/keras, see models/README.md")
keras = pytest.importorskip("keras", reason="Keras is not installed here; it is in build/keras, see models/README.md")

from ai_edge_litert.interpreter import Interpreter, OpResolverType

from models import network
from models.export import convert, tflite

pytestmark = pytest.mark.training

CANVASES = (
    CanvasSize(height=64, width=64, field_of_view_width_up_to=80),
    CanvasSize(height=64, width=96, field_of_view_width_up_to=None),
)


@pytest.fixture(scope="module", autouse=True)
def _two_levels() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "WIDTHS", network.WIDTHS[:2])
        yield


@pytest.fixture(scope="module")
def trained() -> Any:
    keras.utils.set_random_seed(3)
    return network.build()


@pytest.fixture(scope="module")
def files(trained: Any) -> dict[tflite.Precision, bytes]:
    random = np.random.default_rng(3)
    windows = [random.normal(0, 1, (64, 64)).astype(np.float32).clip(-4, 4) for _ in range(4)]
    model = tflite.rebuild(trained, CANVASES[0])
    return {name: tflite.to_tflite(model, name, windows) for name in get_args(tflite.Precision)}


@pytest.fixture(scope="module")
def rgb() -> Rgb:
    """A disc with a few dark lines: uint8[120,120,3]."""
    y, x = np.mgrid[:120, :120]
    green = np.where((y // 4) % 6 == 0, 70, 120) * (np.hypot(y - 60, x - 60) < 55)
    return np.stack([green * 1.5, green, green * 0.4], axis=2).astype(np.uint8)


def test_both_files_predict_as_keras_does_on_every_canvas(
    trained: Any, files: dict[tflite.Precision, bytes], rgb: Rgb
) -> None:
    sentences = convert.compare(trained, files, rgb, 0.5, CANVASES)
    assert len(sentences) == 3 * len(CANVASES)
    for canvas in CANVASES:
        values = np.random.default_rng(4).normal(0, 1, (canvas.height, canvas.width)).astype(np.float32)
        exact, rough = tflite.run(files["float32"], values), tflite.run(files["int8"], values)
        assert np.abs(exact - tflite.run(files["float16"], values)).max() < 0.02
        assert exact.shape == rough.shape == values.shape
        assert exact.dtype == rough.dtype == np.float32
        assert np.abs(exact - rough).mean() < 0.02


def test_a_file_with_other_weights_is_refused(files: dict[tflite.Precision, bytes], rgb: Rgb) -> None:
    keras.utils.set_random_seed(4)
    with pytest.raises(ValueError, match="do not ship it"):
        convert.compare(network.build(), files, rgb, 0.5, CANVASES)


def test_mixed_precision_weights_are_converted_to_float32(files: dict[tflite.Precision, bytes]) -> None:
    policy = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        keras.utils.set_random_seed(3)
        mixed = network.build()
        rebuilt = tflite.rebuild(mixed, CANVASES[0])
    finally:
        keras.mixed_precision.set_global_policy(policy)
    assert {layer.compute_dtype for layer in rebuilt.layers} == {"float32"}
    for ours, theirs in zip(rebuilt.get_weights(), mixed.get_weights(), strict=True):
        np.testing.assert_array_equal(np.unique(ours), np.unique(theirs))


def test_int8_networks_have_float32_inputs_and_outputs(files: dict[tflite.Precision, bytes]) -> None:
    # Without the XNNPACK delegate, which would hide the tensors it has taken over.
    plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(model_content=files["int8"], experimental_op_resolver_type=plain)
    assert interpreter.get_input_details()[0]["dtype"] is np.float32
    assert interpreter.get_output_details()[0]["dtype"] is np.float32
    interpreter.allocate_tensors()
    kinds = [tensor["dtype"] for tensor in interpreter.get_tensor_details() if len(tensor["shape"]) == 4]
    assert kinds.count(np.float32) == 2
    assert kinds.count(np.int8) == len(kinds) - 2 > 30, "all but the input and the output"
    assert len(files["int8"]) < len(files["float32"]) / 2


def test_the_card_is_valid_and_names_the_file(
    trained: Any, files: dict[tflite.Precision, bytes], tmp_path: Path
) -> None:
    card = convert.card_of(
        files["int8"],
        trained,
        precision="int8",
        threshold=0.4,
        canvases=CANVASES,
        learned={"CHASE_DB1": 16, "HRF": 12},
        taught={"AVRDB": 2},
    )
    (tmp_path / card.file).write_bytes(files["int8"])
    (tmp_path / "unet.json").write_text(card.model_dump_json())
    read, content = read_model_card(tmp_path / "unet.json")
    assert isinstance(read, ModelCard)
    assert read == card
    assert hashlib.sha256(content).hexdigest() == read.sha256
    assert [(t.name, t.photographs, t.licence, t.labels) for t in read.training] == [
        ("CHASE_DB1", 16, "CC BY 4.0", "observer"),
        ("HRF", 12, "CC BY 4.0", "observer"),
        ("AVRDB", 2, "CC BY 4.0", "network"),
    ]
    assert read.parameters == trained.count_params()


@pytest.mark.parametrize("text", ["AVRDB", "AVRDB=", "AVRDB=many", "DRIVE=20"])
def test_whoever_was_taught_is_a_known_set_and_a_number(text: str) -> None:
    """Said before anything is converted."""
    with pytest.raises(argparse.ArgumentTypeError, match="not NAME=NUMBER"):
        convert.counted(text)
    assert convert.counted("AVRDB=20") == ("AVRDB", 20)
