"""Predictions: their fields, outputs and options, and the error of every photograph that is refused."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from conftest import copy_card
from retina.app import create_app
from retina.imaging.arrays import Rgb
from retina.imaging.model_card import ModelCard
from retina.imaging.photograph import Photograph
from retina.settings import Settings
from support.house import PREDICTIONS
from support.problems import assert_problem
from support.specimens import encode, readable, refused


def picture(text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text, validate=True)))


def test_the_contract_of_the_first_version(client: TestClient, sample: bytes) -> None:
    answer = client.post("/predict", files={"file": ("photo.jpg", sample, "image/jpeg")})
    assert answer.status_code == 200
    assert set(answer.json()) == {"original_image", "prediction_image"}
    for text in answer.json().values():
        assert (picture(text).format, picture(text).size) == ("PNG", (128, 128))
    assert set(np.unique(np.asarray(picture(answer.json()["prediction_image"])))) == {0, 255}


def test_a_prediction_has_every_field(client: TestClient, sample: bytes) -> None:
    answer = client.post(PREDICTIONS, files={"file": sample})
    assert answer.status_code == 200
    body = answer.json()
    card = client.get("/api/v1/model").json()
    assert set(body) == {
        "id",
        "model",
        "software_version",
        "threshold",
        "canvas",
        "flips",
        "photograph",
        "quality",
        "measurements",
        "measurement_reasons",
        "correction",
        "images",
    }
    assert body["model"] == {"name": card["name"], "sha256": card["sha256"]}
    assert body["threshold"] == card["threshold"]
    assert (body["photograph"]["width"], body["photograph"]["height"]) == (1411, 1411)
    assert body["quality"]["field_of_view"] == "disc"
    assert body["quality"]["expected_dice"] == pytest.approx(0.8, abs=0.1)
    assert body["quality"]["expected_dice_error"] == card["confidence"]["mean_absolute_error"]
    assert set(body["images"]) == {"original_image", "prediction_image", "mask"}
    mask = np.asarray(picture(body["images"]["mask"]))
    assert mask.shape == (1411, 1411)
    box = body["photograph"]["field_of_view"]
    assert body["measurements"]["vascular_density"] == pytest.approx(
        mask.sum() / (np.pi / 4 * box["width"] * box["height"]), rel=0.03
    )


def test_every_output_can_be_requested_alone(client: TestClient, sample: bytes) -> None:
    for output in ("mask", "probability", "overlay", "skeleton", "artery_vein", "disc", "field_of_view"):
        body = client.post(PREDICTIONS, files={"file": sample}, data={"outputs": output}).json()
        assert set(body["images"]) == {output}
        assert picture(body["images"][output]).size == (1411, 1411)
    assert_problem(
        client.post(PREDICTIONS, files={"file": sample}, data={"outputs": "mask,film"}), 422, "invalid_request"
    )
    assert_problem(client.post(PREDICTIONS, files={"file": sample}, data={"outputs": ","}), 422, "invalid_request")


def test_the_field_of_view_is_what_density_is_a_share_of(client: TestClient, sample: bytes) -> None:
    body = client.post(PREDICTIONS, files={"file": sample}, data={"outputs": "mask,field_of_view"}).json()
    mask, inside = (np.asarray(picture(body["images"][name])) for name in ("mask", "field_of_view"))
    assert not (mask & ~inside).any()
    assert body["measurements"]["vascular_density"] == pytest.approx(mask.sum() / inside.sum(), rel=1e-3)
    box, (rows, columns) = body["photograph"]["field_of_view"], np.nonzero(inside)
    assert (columns.min(), rows.min()) == (box["left"], box["top"])
    assert np.ptp(columns) + 1 == box["width"]


def test_structures_are_looked_for_on_request(client: TestClient, sample: bytes) -> None:
    body = client.post(PREDICTIONS, files={"file": sample}, data={"outputs": "mask,artery_vein,disc"}).json()
    disc, fovea = body["structures"]["disc"], body["structures"]["fovea"]
    centre = disc["centre"]
    assert np.hypot(centre["x"] - 220, centre["y"] - 650) < 40
    assert disc["short_axis"] <= disc["diameter"] <= disc["long_axis"]
    assert body["measurements"]["disc_diameter"] == pytest.approx(disc["diameter"], rel=1e-3)
    assert body["structures"]["disc_reason"] is None
    assert (fovea is None) == (body["structures"]["fovea_reason"] is not None)
    mask, kinds, drawn = (np.asarray(picture(body["images"][name])) for name in ("mask", "artery_vein", "disc"))
    colours = {tuple(colour) for colour in np.unique(kinds.reshape(-1, 3), axis=0).tolist()}
    assert {(255, 0, 0), (0, 0, 255), (0, 0, 0)} <= colours <= {(255, 0, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)}
    assert np.array_equal(kinds.any(axis=2), mask)
    assert drawn[round(centre["y"]), round(centre["x"])]
    assert drawn.sum() == pytest.approx(np.pi / 4 * disc["diameter"] ** 2, rel=0.1)


def test_the_graph_lies_on_the_mask_and_has_kinds_if_they_were_looked_for(client: TestClient, sample: bytes) -> None:
    plain, kinds = (
        client.post(PREDICTIONS, files={"file": sample}, data={"outputs": outputs}).json()
        for outputs in ("mask,graph", "mask,artery_vein,graph")
    )
    assert set(plain["images"]) == {"mask"}
    assert (plain["graph"]["type"], plain["graph"]["segments_left_out"]) == ("FeatureCollection", 0)
    mask = np.asarray(picture(plain["images"]["mask"]))
    features = plain["graph"]["features"]
    nodes = [each for each in features if each["geometry"]["type"] == "Point"]
    segments = [each for each in features if each["geometry"]["type"] == "LineString"]
    assert [each["properties"]["node"] for each in nodes] == [*range(len(nodes))]
    on = 0
    for each in segments:
        said, line = each["properties"], np.array(each["geometry"]["coordinates"])
        assert len(said["calibres"]) == len(line)
        assert said["length"] == pytest.approx(np.hypot(*np.diff(line, axis=0).T).sum(), rel=0.05, abs=1)
        for end, place in (("start", line[0]), ("end", line[-1])):
            assert nodes[said[end]]["geometry"]["coordinates"] == place.tolist()
        on += mask[line[:, 1].round().astype(int), line[:, 0].round().astype(int)].mean() > 0.8
        assert "kind" not in said
    assert on > 0.97 * len(segments) > 100
    found = {each["properties"].get("kind") for each in kinds["graph"]["features"]}
    assert {"artery", "vein"} <= found <= {None, "artery", "vein", "unknown"}


def test_without_a_disc_in_view_the_answer_says_so(client: TestClient, photograph: Photograph) -> None:
    temporal = encode(Image.fromarray(photograph.rgb[300:1100, 560:1360]), "PNG")
    data = {"outputs": "disc", "force": "true"}
    body = client.post(PREDICTIONS, files={"file": temporal}, data=data).json()
    assert body["structures"]["disc"] is None
    assert body["structures"]["disc_reason"] == "No optic disc is in view."
    assert not np.asarray(picture(body["images"]["disc"])).any()


def view_side(body: dict[str, Any]) -> int:
    view = body["photograph"]["field_of_view"]
    return max(int(view["width"]), int(view["height"]))


def test_a_turned_photograph_has_the_same_threshold(client: TestClient, photograph: Photograph) -> None:
    """Cut above and below, so that the field of view is 640 pixels wide and 413 high."""
    cut = Image.fromarray(photograph.rgb[250:1160]).resize((640, 413), Image.Resampling.BOX)
    found = [
        client.post(PREDICTIONS, files={"file": encode(picture, "PNG")}).json()
        for picture in (cut, cut.transpose(Image.Transpose.ROTATE_90))
    ]
    card = ModelCard.model_validate(client.get("/api/v1/model").json())
    assert card.threshold_at(600) != found[0]["threshold"] == found[1]["threshold"] == card.threshold_at(640)


def test_a_gray_photograph_has_no_arteries_and_veins(client: TestClient, quick_rgb: Rgb) -> None:
    gray = encode(Image.fromarray(quick_rgb).convert("L"), "PNG")
    body = client.post(PREDICTIONS, files={"file": gray}, data={"outputs": "mask,artery_vein"}).json()
    assert body["structures"]["artery_vein_reason"].startswith("The photograph has no colour")
    mask, kinds = (np.asarray(picture(body["images"][name])) for name in ("mask", "artery_vein"))
    assert np.array_equal(kinds, np.repeat(mask[..., None], 3, axis=2) * np.uint8(255))


def test_the_threshold_moves_the_mask(client: TestClient, quick_rgb: Rgb) -> None:
    data = encode(Image.fromarray(quick_rgb), "PNG")
    default = client.post(PREDICTIONS, files={"file": data}, data={"outputs": "mask"}).json()
    card = ModelCard.model_validate(client.get("/api/v1/model").json())
    assert default["threshold"] == card.threshold_at(view_side(default)) != card.threshold
    areas = []
    for threshold in ("0.1", str(default["threshold"]), "0.9"):
        body = client.post(PREDICTIONS, files={"file": data}, data={"outputs": "mask", "threshold": threshold}).json()
        assert body["threshold"] == float(threshold)
        expected = body["quality"]["expected_dice"]
        assert (expected is None) == (body["threshold"] != default["threshold"])
        areas.append(np.asarray(picture(body["images"]["mask"])).sum())
    assert areas[0] > areas[1] > areas[2] > 0
    for wrong in ("-0.1", "1.1", "nan", "much"):
        answer = client.post(PREDICTIONS, files={"file": data}, data={"threshold": wrong})
        assert_problem(answer, 422, "invalid_request")


def test_flips_are_averaged_on_request(client: TestClient, quick_rgb: Rgb) -> None:
    data = encode(Image.fromarray(quick_rgb), "PNG")
    answers = [
        client.post(PREDICTIONS, files={"file": data}, data={"outputs": "probability", "flips": str(flips)}).json()
        for flips in (False, True)
    ]
    assert [answer["flips"] for answer in answers] == [False, True]
    once, flipped = (np.asarray(picture(answer["images"]["probability"])).astype(int) for answer in answers)
    assert 0 < np.abs(once - flipped).mean() < 5


def test_a_canvas_that_the_network_cannot_take_has_its_own_code(tmp_path: Path, quick_rgb: Rgb) -> None:
    canvases = [{"height": 512, "width": 512, "field_of_view_width_up_to": 9}, {"height": 520, "width": 520}]
    data = encode(Image.fromarray(quick_rgb), "PNG")
    with TestClient(create_app(Settings(model=copy_card(tmp_path, stride=8, canvases=canvases)))) as client:
        assert_problem(client.post(PREDICTIONS, files={"file": data}), 500, "model_unusable")


def test_force_segments_what_is_no_fundus_photograph(client: TestClient) -> None:
    white = encode(Image.new("RGB", (300, 200), "white"), "PNG")
    assert_problem(client.post(PREDICTIONS, files={"file": white}), 422, "not_a_fundus_photograph")
    body = client.post(PREDICTIONS, files={"file": white}, data={"force": "true"}).json()
    assert body["quality"]["fundus_like"] is False
    assert picture(body["images"]["mask"]).size == (300, 200)


def test_every_readable_format_is_segmented(client: TestClient, quick_rgb: Rgb) -> None:
    for name, data in readable(quick_rgb).items():
        answer = client.post("/predict", files={"file": ("photo", data)})
        assert answer.status_code == 200, (name, answer.text[:300])


def test_a_bilevel_scan_is_segmented(client: TestClient, quick_rgb: Rgb) -> None:
    scan = encode(Image.fromarray(quick_rgb).convert("1"), "PNG")
    assert client.post("/predict", files={"file": scan}).status_code == 200


def test_every_unreadable_file_gets_its_reason(client: TestClient, quick_rgb: Rgb) -> None:
    for name, (data, status, code) in refused(quick_rgb).items():
        for route in ("/predict", PREDICTIONS):
            answer = client.post(route, files={"file": (f"{name}.jpg", data, "image/jpeg")})
            assert_problem(answer, status, code)


def test_invalid_forms_get_their_reason(client: TestClient, sample: bytes) -> None:
    for route in ("/predict", PREDICTIONS):
        assert_problem(client.post(route), 422, "file_missing")
        assert_problem(client.post(route, content=b""), 422, "file_missing")
        assert_problem(client.post(route, json={"file": "x"}), 422, "file_missing")
        assert_problem(client.post(route, files={"photo": sample}), 422, "file_missing")
        assert_problem(client.post(route, data={"file": "no file"}), 422, "file_missing")
        two = [("file", ("a.jpg", sample)), ("file", ("b.jpg", sample))]
        assert_problem(client.post(route, files=two), 422, "several_files")
        other = [("file", ("a.jpg", sample)), ("photo", ("b.jpg", sample))]
        assert_problem(client.post(route, files=other), 422, "several_files")
        headers = {"content-type": "multipart/form-data"}
        assert_problem(client.post(route, content=b"x", headers=headers), 400, "malformed_request")
        headers = {"content-type": "multipart/form-data; boundary=b"}
        assert_problem(client.post(route, content=b"--c\r\n\r\n", headers=headers), 400, "malformed_request")
        fields = [("outputs", (None, "mask")), ("outputs", (None, "overlay")), ("file", ("a.jpg", sample))]
        assert_problem(client.post(route, files=fields), 422, "invalid_request")
    for method, path in (("GET", "/predict"), ("PUT", PREDICTIONS), ("OPTIONS", PREDICTIONS)):
        answer = client.request(method, path)
        assert_problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == ("POST" if path == "/predict" else "GET, HEAD, POST")
    for length in ("many", "-1", "9" * 5000):
        answer = client.post("/predict", content=b"", headers={"content-length": length})
        assert answer.status_code in (413, 422), length
    assert_problem(client.put("/api/v1/health"), 405, "method_not_allowed")
    assert_problem(client.get("/api/v1/nothing"), 404, "not_found")
    assert_problem(client.get("/../../etc/passwd"), 404, "not_found")


def test_a_photograph_over_the_limit_is_refused_with_the_limit(sample: bytes) -> None:
    settings = Settings(inline_bytes=len(sample))
    client = TestClient(create_app(settings))
    assert client.post("/predict", files={"file": sample}).status_code == 200
    answer = client.post("/predict", files={"file": sample + b"\0"})
    assert_problem(answer, 413, "photograph_too_large")
    assert "0.257 MiB" in answer.json()["detail"]


def test_a_response_that_would_not_fit_names_outputs_to_leave_out(sample: bytes) -> None:
    client = TestClient(create_app(Settings(inline_bytes=len(sample))))
    answer = client.post(PREDICTIONS, files={"file": sample}, data={"outputs": "mask,overlay,probability"})
    assert_problem(answer, 413, "response_too_large")
    assert "Leave “probability” out" in answer.json()["detail"]
