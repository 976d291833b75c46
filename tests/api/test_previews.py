"""Previews: any photograph as a JPEG, refused for the reasons for which a prediction is, and nothing of it kept."""

import io
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from conftest import decode
from retina.imaging.arrays import Rgb
from retina.settings import Settings
from support.dicom import SECRETS, dicom, lookup, several
from support.hostile import hostile
from support.house import PREDICTIONS, House, problem
from support.specimens import encode, readable, refused
from support.stored import found
from support.uploads import new_form, send

PREVIEWS = "/api/v1/previews"


@pytest.fixture
def plain(tmp_path: Path) -> House:
    """With the embedded stores, where no store plays a part."""
    return House(tmp_path)


def asked(house: House, data: bytes, path: str = PREVIEWS, **more: dict[str, str]) -> httpx.Response:
    answer: httpx.Response = house.client.post(path, files={"file": ("photo", data)}, **more)
    return answer


def shown(answer: httpx.Response) -> Image.Image:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg"), answer.text
    return Image.open(io.BytesIO(answer.content))


def test_every_form_is_shown_upright_and_without_metadata(plain: House, small_rgb: Rgb) -> None:
    for name, data in (readable(small_rgb) | {"dicom": dicom(small_rgb)}).items():
        picture, pixels = shown(asked(plain, data)), decode(data).rgb
        assert picture.size == pixels.shape[1::-1], name
        assert np.abs(np.asarray(picture.convert("RGB"), float) - pixels).mean() < 6, name
        assert not picture.getexif(), name
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, name


def test_a_large_photograph_is_reduced_and_the_first_of_several_frames_shown(plain: House, small_rgb: Rgb) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (2400, 3000, 3), np.uint8)
    answer = asked(plain, encode(Image.fromarray(noise), "JPEG", quality=30))
    assert shown(answer).size == (2048, 1638)
    assert len(answer.content) < Settings().inline_bytes
    frames = shown(asked(plain, several([small_rgb, np.zeros_like(small_rgb)])))
    assert np.abs(np.asarray(frames, float) - small_rgb).mean() < 6


def test_a_preview_shows_what_is_segmented(plain: House, small_rgb: Rgb) -> None:
    """With a table that inverts it, a picture stored as a negative is shown and segmented as the photograph."""
    gray = np.ascontiguousarray(small_rgb[..., 1])
    negative = dicom(255 - gray, VOILUTSequence=[lookup(range(255, -1, -1))])
    assert np.abs(np.asarray(shown(asked(plain, negative)).convert("L"), float) - gray).mean() < 6
    ours, same = (asked(plain, data, PREDICTIONS).json() for data in (negative, encode(Image.fromarray(gray), "PNG")))
    assert ours["images"] == same["images"]
    oblong = dicom(small_rgb, PixelAspectRatio=[2, 1])
    assert (
        problem(asked(plain, oblong)) == problem(asked(plain, oblong, PREDICTIONS)) == (415, "unsupported_media_type")
    )


def test_what_no_prediction_accepts_is_refused_with_the_same_words(plain: House, small_rgb: Rgb) -> None:
    bad = {name: data for name, (data, _, _) in refused(small_rgb).items()} | hostile(small_rgb)
    for name, data in bad.items():
        ours, theirs = asked(plain, data), asked(plain, data, PREDICTIONS)
        if problem(theirs)[1] == "not_a_fundus_photograph":  # it can be decoded
            assert shown(ours), name
            continue
        assert problem(ours) == problem(theirs), name
        assert ours.json()["detail"] == theirs.json()["detail"], name
    assert problem(plain.client.post(PREVIEWS)) == problem(plain.client.post(PREDICTIONS))
    large = bytes(Settings().inline_bytes + 1)
    assert problem(asked(plain, large)) == problem(asked(plain, large, PREDICTIONS)) == (413, "photograph_too_large")


def test_what_is_no_retina_is_shown_nevertheless(plain: House) -> None:
    assert shown(asked(plain, encode(Image.new("RGB", (200, 100), "white"), "TIFF"))).size == (200, 100)


def test_an_upload_stays_for_its_prediction(house: House, small_rgb: Rgb) -> None:
    form = new_form(house.client, "application/dicom")
    assert send(house.client, form, dicom(small_rgb)).status_code == 204
    sent = {"upload_id": form["upload_id"]}
    assert shown(house.client.post(PREVIEWS, data=sent)).size == small_rgb.shape[1::-1]
    assert house.client.post(PREDICTIONS, data=sent).status_code == 200
    assert problem(house.client.post(PREVIEWS, data=sent)) == (404, "upload_not_found")


def test_nothing_is_kept_charged_or_logged(house: House, small_rgb: Rgb, caplog: pytest.LogCaptureFixture) -> None:
    key = house.key(house.person())
    before = house.client.get("/api/v1/usage", headers=key).json()
    assert shown(asked(house, dicom(small_rgb), headers=key))
    assert house.client.get("/api/v1/usage", headers=key).json() == before
    assert not found(house, *SECRETS)
    assert not [secret for secret in SECRETS if secret in caplog.text]


@pytest.mark.usefixtures("within_an_hour")
def test_previews_have_a_limit_of_their_own(tmp_path: Path, tiny: bytes) -> None:
    limited = House(tmp_path, free_each=2, free_together=100)
    assert [asked(limited, tiny).status_code for _ in range(3)] == [200, 200, 429]
    assert problem(asked(limited, b"no photograph")) == (429, "fair_use_exceeded"), "before it is decoded"
    assert asked(limited, tiny, PREDICTIONS).status_code == 200
