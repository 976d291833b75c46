"""`retina segment`: the images and rows that it writes."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from retina.__main__ import main
from retina.cli.results import COLUMNS
from retina.imaging.arrays import Rgb
from retina.imaging.confidence import OTHER_THRESHOLD
from retina.imaging.photograph import Photograph
from retina.imaging.rendering import OUTPUTS
from retina.imaging.structures.disc import NOT_IN_VIEW
from retina.imaging.structures.finding import NO_COLOUR
from support.results import rows
from support.specimens import encode, refused
from support.tables import rows_in


def test_a_folder_becomes_masks_and_a_row_each(tmp_path: Path, photos: Path, quick_rgb: Rgb) -> None:
    out = tmp_path / "out"
    assert main(["segment", str(photos), "--out", str(out)]) == 0
    names = {f"{stem}_{output}.png" for stem in "ab" for output in ("mask", "probability", "overlay")}
    assert {path.name for path in out.iterdir()} == names | {"results.csv"}
    mask = np.asarray(Image.open(out / "a_mask.png").convert("L"))
    assert mask.shape == quick_rgb.shape[:2]
    assert set(np.unique(mask)) == {0, 255}
    assert Image.open(out / "a_probability.png").mode == "L"
    found = rows(out)
    assert [*next(iter(found.values()))] == [*COLUMNS]
    row = found[str(photos / "a.jpg")]
    assert (row["status"], row["width"], row["height"], row["code"]) == ("done", "283", "283", "")
    assert row["photo_sha256"] == hashlib.sha256((photos / "a.jpg").read_bytes()).hexdigest()
    assert float(row["vascular_density"]) == pytest.approx((mask > 0).sum() / (np.pi / 4 * 281**2), rel=0.05)


def test_the_mask_is_the_apis_mask(tmp_path: Path, photos: Path, client: TestClient) -> None:
    import base64

    assert main(["segment", str(photos / "a.jpg"), "--out", str(tmp_path / "out")]) == 0
    answer = client.post("/api/v1/predictions", files={"file": (photos / "a.jpg").read_bytes()}).json()
    assert (tmp_path / "out" / "a_mask.png").read_bytes() == base64.b64decode(answer["images"]["mask"])


def test_every_output_of_the_api_can_be_written(tmp_path: Path, photos: Path, client: TestClient) -> None:
    import base64

    out, outputs = tmp_path / "out", ",".join(OUTPUTS)
    assert main(["segment", str(photos / "a.jpg"), "--out", str(out), "--outputs", outputs, "--threshold", "0.3"]) == 0
    wish = {"outputs": outputs, "threshold": "0.3"}
    photograph = {"file": (photos / "a.jpg").read_bytes()}
    answer = client.post("/api/v1/predictions", files=photograph, data=wish).json()
    assert {path.name for path in out.glob("*.png")} == {f"a_{name}.png" for name in answer["images"]}
    for name, picture in answer["images"].items():
        if name != "overlay":  # a JPEG in an answer
            assert (out / f"a_{name}.png").read_bytes() == base64.b64decode(picture), name
    graph = json.loads((out / "a_graph.json").read_text())
    assert graph == answer["graph"]
    assert any(each["properties"].get("kind") == "vein" for each in graph["features"])


def test_another_threshold_is_another_result(tmp_path: Path, photos: Path) -> None:
    run = ["segment", str(photos / "a.jpg"), "--out", str(tmp_path / "out"), "--outputs", "mask"]
    found = []
    for threshold in ([], ["--threshold", "0.6"], ["--threshold", ".60"], []):
        assert main([*run, *threshold]) == 0
        [row] = rows(tmp_path / "out").values()
        found.append((row["threshold"], float(row["vascular_density"])))
        assert (row["expected_dice"] == "") == bool(threshold)
        assert row["expected_dice_reason"] == (OTHER_THRESHOLD if threshold else "")
    assert found[1][0] == "0.6"
    assert found[0][0] == "0.25", "the card's for a photograph as small as this"
    assert found[1][1] < found[0][1]
    assert found[1:] == [found[1], found[1], found[0]]


def test_a_row_says_why_there_is_no_disc_and_no_artery_or_vein(tmp_path: Path, photograph: Photograph) -> None:
    """The photograph is gray and shows the temporal side only."""
    gray, out = tmp_path / "gray.png", tmp_path / "out"
    temporal = np.ascontiguousarray(photograph.rgb[300:1100:4, 560:1360:4, 1])
    gray.write_bytes(encode(Image.fromarray(temporal), "PNG"))
    said = []
    for outputs in ("mask", "artery_vein", "disc"):
        assert main(["segment", str(gray), "--out", str(out), "--force", "--outputs", outputs]) == 0
        [row] = rows(out).values()
        said.append([row[name] for name in ("artery_vein_reason", "disc_reason", "disc_x")])
    assert said == [["", "", ""], *[[NO_COLOUR, NOT_IN_VIEW, ""]] * 2]


def test_bad_files_have_a_row_and_stop_nothing(tmp_path: Path, photos: Path, quick_rgb: Rgb) -> None:
    specimens = refused(quick_rgb)
    for name, (data, _, _) in specimens.items():
        (photos / f"{name}.jpg").write_bytes(data)
    (photos / "notes").write_text("left eye, 2026")
    out = tmp_path / "out"
    assert main(["segment", str(photos), "--out", str(out)]) == 1
    found = rows(out)
    assert len(found) == len(specimens) + 3
    for name, (_, _, code) in specimens.items():
        row = found[str(photos / f"{name}.jpg")]
        assert (row["status"], row["code"]) == ("rejected", code), name
        assert row["reason"].endswith(".")
    assert found[str(photos / "notes")]["code"] == "unsupported_media_type"
    assert found[str(photos / "deeper" / "b.png")]["status"] == "done"


def test_an_unreadable_file_is_a_failure_not_a_rejection(tmp_path: Path, photos: Path) -> None:
    (photos / "gone.jpg").symlink_to(photos / "nowhere.jpg")
    assert main(["segment", str(photos), "--out", str(tmp_path / "out")]) == 1
    row = rows(tmp_path / "out")[str(photos / "gone.jpg")]
    assert (row["status"], row["code"]) == ("failed", "file_error")


def test_force_segments_what_looks_like_no_retina(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    white = tmp_path / "white.png"
    white.write_bytes(encode(Image.new("RGB", (200, 100), "white"), "PNG"))
    assert main(["segment", str(white), "--out", str(tmp_path / "out"), "--measurements"]) == 1
    assert "use --force to segment it anyway." in capsys.readouterr().err
    for table in ("results.csv", "measurements.csv"):
        [row] = rows_in(tmp_path / "out" / table)
        assert row["reason"].endswith("use --force to segment it anyway."), table
    assert main(["segment", str(white), "--out", str(tmp_path / "out"), "--force"]) == 0
    row = rows(tmp_path / "out")[str(white)]
    assert (row["status"], row["fundus_like"]) == ("done", "no")
    assert main(["segment", str(white), "--out", str(tmp_path / "out")]) == 1, "what was insisted on once is not kept"
