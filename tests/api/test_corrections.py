"""Corrected masks in a prediction: measured, shown and refused."""

import base64
import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from retina.imaging.arrays import Mask
from retina.imaging.correction_schemas import NO_ESTIMATE
from support.corrections import files_of, halves, png, read, without_the_left
from support.house import PREDICTIONS, problem


@pytest.fixture(scope="module")
def plain(client: TestClient, tiny: bytes) -> dict[str, Any]:
    answer = client.post(
        PREDICTIONS, files={"file": tiny}, data={"outputs": "mask,field_of_view,artery_vein,preview,probability"}
    )
    content: dict[str, Any] = answer.json()
    return content


@pytest.fixture(scope="module")
def mask(plain: dict[str, Any]) -> Mask:
    return read(plain["images"]["mask"])


def predict(client: TestClient, photo: bytes, files: dict[str, Any], **data: str) -> dict[str, Any]:
    answer = client.post(PREDICTIONS, files={"file": photo} | files, data=data)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def test_without_masks_nothing_was_corrected(plain: dict[str, Any]) -> None:
    assert plain["correction"] is None


@pytest.mark.parametrize("mode", ["L", "1"])
def test_figures_and_pictures_are_of_the_corrected_vessels(
    client: TestClient, tiny: bytes, plain: dict[str, Any], mask: Mask, mode: str
) -> None:
    corrected = without_the_left(mask)
    sent = {"corrected_mask": ("a.png", png(corrected, mode))}
    outputs = "mask,skeleton,overlay,graph,preview,probability,intervals"
    answer = predict(client, tiny, sent, outputs=outputs)
    field = read(plain["images"]["field_of_view"])
    np.testing.assert_array_equal(read(answer["images"]["mask"]), corrected)
    assert not read(answer["images"]["skeleton"])[~corrected].any()
    assert answer["measurements"]["vascular_density"] == pytest.approx(corrected.sum() / field.sum(), abs=1e-6)
    assert answer["measurements"]["branch_points"] < plain["measurements"]["branch_points"]
    xs = [x for each in answer["graph"]["features"] if each["geometry"]["type"] == "LineString"
          for x, _ in each["geometry"]["coordinates"]]  # fmt: skip
    assert min(xs) > mask.shape[1] // 2 - 3
    assert answer["images"]["probability"] == plain["images"]["probability"], "is the network's"
    assert not read(answer["images"]["prediction_image"])[:, :60].any()
    made = answer["correction"]
    assert (made["vessels"], made["kinds"], made["by"]) == (True, False, None)
    assert made["at"].endswith("Z")
    assert made["model"] == plain["model"]
    assert made["model_measurements"]["vascular_density"] == plain["measurements"]["vascular_density"]
    quality = answer["quality"]
    assert quality["expected_dice"] is quality["expected_dice_interval"] is quality["expected_dice_error"] is None
    assert quality["expected_dice_reason"] == NO_ESTIMATE
    assert set(answer["measurement_intervals"].values()) == {None}
    assert quality["grade"] == plain["quality"]["grade"]


def test_a_mask_that_nobody_changed_gives_the_same_figures(
    client: TestClient, tiny: bytes, plain: dict[str, Any], mask: Mask
) -> None:
    answer = predict(client, tiny, files_of(mask), outputs="mask,artery_vein")
    assert answer["measurements"] == plain["measurements"]
    assert answer["regional_measurements"] == plain["regional_measurements"]
    assert answer["images"]["artery_vein"] == plain["images"]["artery_vein"]


def test_what_is_outside_the_field_of_view_is_cleared(
    client: TestClient, tiny: bytes, plain: dict[str, Any], mask: Mask
) -> None:
    field = read(plain["images"]["field_of_view"])
    answer = predict(client, tiny, files_of(np.ones_like(mask)), outputs="mask")
    np.testing.assert_array_equal(read(answer["images"]["mask"]), field)
    assert answer["measurements"]["vascular_density"] == 1


def test_kinds_are_those_of_the_person_within_the_mask(client: TestClient, tiny: bytes, mask: Mask) -> None:
    everywhere = np.ones_like(mask)
    arteries, veins = halves(everywhere)
    arteries[mask.shape[0] // 2 : mask.shape[0] // 2 + 4] = True  # four rows are both
    answer = predict(client, tiny, files_of(mask, arteries, veins), outputs="mask,artery_vein,graph")
    assert answer["correction"]["kinds"] is True
    content = io.BytesIO(base64.b64decode(answer["images"]["artery_vein"]))
    shown = np.asarray(Image.open(content).convert("RGB"))
    red, blue = (shown == (255, 0, 0)).all(axis=2), (shown == (0, 0, 255)).all(axis=2)
    np.testing.assert_array_equal(red, mask & ~veins)
    np.testing.assert_array_equal(blue, mask & ~arteries)
    np.testing.assert_array_equal((shown == 255).all(axis=2), mask & arteries & veins)
    kinds = {each["properties"].get("kind") for each in answer["graph"]["features"]}
    assert {"artery", "vein"} <= kinds
    by_kind = {row["vessels"]: row["value"] for row in answer["regional_measurements"]
               if (row["name"], row["region"]) == ("vascular_density", "field")}  # fmt: skip
    assert by_kind["artery"] == pytest.approx(by_kind["all"] * red.sum() / mask.sum(), rel=1e-3)


def test_kinds_alone_also_find_the_disc_and_measure_by_region(client: TestClient, tiny: bytes, mask: Mask) -> None:
    answer = predict(client, tiny, files_of(mask, *halves(mask)), outputs="mask")
    assert answer["structures"]["artery_vein_reason"] is None
    assert answer["regional_measurements"]
    assert answer["correction"]["model_regional_measurements"] is None


def test_an_orientation_in_the_mask_is_ignored(client: TestClient, tiny: bytes, mask: Mask) -> None:
    turned = Image.Exif()
    turned[0x0112] = 3
    file = io.BytesIO()
    Image.fromarray(without_the_left(mask).astype(np.uint8) * 255).save(file, "PNG", exif=turned)
    answer = predict(client, tiny, {"corrected_mask": file.getvalue()})
    np.testing.assert_array_equal(read(answer["images"]["mask"]), without_the_left(mask))


def header(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG file of nothing, but with any header."""
    facts = b"IHDR" + struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunk = struct.pack(">I", 13) + facts + struct.pack(">I", zlib.crc32(facts))
    return b"\x89PNG\r\n\x1a\n" + chunk


def other_format(mask: Mask, kind: str, mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).convert(mode).save(file, kind)
    return file.getvalue()


def test_masks_that_cannot_be_used_are_refused(client: TestClient, tiny: bytes, mask: Mask) -> None:
    good = png(mask)
    deep = io.BytesIO()
    Image.fromarray(mask.astype(np.uint16) * 65535).save(deep, "PNG")
    cases: dict[str, tuple[bytes, tuple[int, str]]] = {
        "a JPEG": (other_format(mask, "JPEG"), (415, "correction_unsupported")),
        "colours": (other_format(mask, "PNG", "RGB"), (415, "correction_unsupported")),
        "opacity": (other_format(mask, "PNG", "LA"), (415, "correction_unsupported")),
        "a palette": (other_format(mask, "PNG", "P"), (415, "correction_unsupported")),
        "16 bits": (deep.getvalue(), (415, "correction_unsupported")),
        "text": (b"not an image", (415, "correction_unsupported")),
        "nothing": (b"", (422, "correction_unreadable")),
        "a beginning": (good[:20], (422, "correction_unreadable")),
        "half of it": (good[: len(good) // 2], (422, "correction_unreadable")),
        "another byte": (good[:60] + bytes([good[60] ^ 1]) + good[61:], (422, "correction_unreadable")),
        "a smaller one": (png(mask[1:]), (422, "correction_wrong_size")),
        "turned by a right angle": (png(np.zeros((mask.shape[1] + 1, mask.shape[0]))), (422, "correction_wrong_size")),
        "a bomb": (header(100_000, 100_000), (422, "correction_wrong_size")),
        "no pixels": (header(mask.shape[1], mask.shape[0]), (422, "correction_unreadable")),
        "of no width": (header(0, mask.shape[0]), (422, "correction_unreadable")),
    }
    for name, (data, expected) in cases.items():
        for files in (
            {"corrected_mask": data},
            {"corrected_mask": good, "corrected_arteries": good, "corrected_veins": data},
        ):
            answer = client.post(PREDICTIONS, files={"file": tiny} | files)
            assert problem(answer) == expected, (name, answer.text)
            field = "corrected_veins" if len(files) > 1 else "corrected_mask"
            assert f"“{field}”" in answer.json()["detail"], name


def test_kinds_come_together_and_with_vessels(client: TestClient, tiny: bytes, mask: Mask) -> None:
    good = png(mask)
    for names in (
        ("corrected_mask", "corrected_arteries"),
        ("corrected_mask", "corrected_veins"),
        ("corrected_arteries", "corrected_veins"),
    ):
        answer = client.post(PREDICTIONS, files={"file": tiny} | dict.fromkeys(names, good))
        assert problem(answer) == (422, "invalid_request"), names
    twice = [("file", tiny), ("corrected_mask", good), ("corrected_mask", good)]
    assert problem(client.post(PREDICTIONS, files=twice)) == (422, "invalid_request")
    alone = client.post(PREDICTIONS, files={"file": tiny}, data={"corrected_model": "a" * 64})
    assert problem(alone) == (422, "invalid_request")
    again = [("file", tiny), ("corrected_mask", good), ("other", good)]
    assert problem(client.post(PREDICTIONS, files=again)) == (422, "several_files")


def test_the_network_whose_mask_was_corrected_is_the_one_that_is_named(
    client: TestClient, tiny: bytes, plain: dict[str, Any], mask: Mask
) -> None:
    older = predict(client, tiny, files_of(mask), corrected_model="a" * 64)
    assert older["correction"]["model"] == {"name": "unknown", "sha256": "a" * 64}
    assert older["model"] == plain["model"]
    same = predict(client, tiny, files_of(mask), corrected_model=plain["model"]["sha256"])
    assert same["correction"]["model"] == plain["model"]
    wrong = client.post(PREDICTIONS, files={"file": tiny} | files_of(mask), data={"corrected_model": "unet"})
    assert problem(wrong) == (422, "invalid_request")


def test_masks_are_refused_where_none_are_taken(client: TestClient, tiny: bytes, mask: Mask) -> None:
    for path in ("/predict", "/api/v1/previews"):
        answer = client.post(path, files={"file": tiny} | files_of(mask))
        assert problem(answer) == (422, "invalid_request"), path
        assert "“corrected_mask”" in answer.json()["detail"]
    form = {"upload_id": "6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"}
    stray = client.post(PREDICTIONS, data=form, files={"mask": png(mask)})
    assert problem(stray) == (422, "invalid_request")


def test_masks_of_an_uploaded_photograph_and_of_a_large_one(
    client: TestClient, tiny: bytes, mask: Mask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retina.api.predictor.LARGE_PIXELS", 100)  # so that it is decoded as a large one
    form = client.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).raise_for_status().json()
    client.post(form["url"], data=form["fields"], files={"file": ("a.jpg", tiny)}).raise_for_status()
    corrected = without_the_left(mask)
    answer = client.post(PREDICTIONS, data={"upload_id": form["upload_id"]}, files=files_of(corrected))
    assert answer.status_code == 200, answer.text
    np.testing.assert_array_equal(read(answer.json()["images"]["mask"]), corrected)


def test_photograph_and_masks_together_have_the_limit_of_a_request(client: TestClient, tiny: bytes, mask: Mask) -> None:
    padded = png(mask) + bytes(client.app.state.settings.inline_bytes + 2**17)  # type: ignore[attr-defined]
    answer = client.post(PREDICTIONS, files={"file": tiny, "corrected_mask": padded})
    assert problem(answer) == (413, "photograph_too_large")
    assert "with any masks sent with it" in answer.json()["detail"]
