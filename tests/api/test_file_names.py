"""A part of a form that names its file only by `filename*`, or not at all, is a file like any other."""

from pathlib import Path

import pytest

from retina.api.content_disposition import with_file_name
from support.batches import new, table
from support.house import PREDICTIONS, House
from support.problems import assert_problem

EXTENDED = b"""--b\r\nContent-Disposition: form-data; name="file"; filename*=UTF-8''%s\r\n\r\n%s\r\n--b--\r\n"""
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b"form-data; name=\"file\"; filename*=UTF-8''na%C3%AFve.jpg", "naïve.jpg".encode()),
        (b"form-data; name=\"file\"; FileName*=iso-8859-1'en'na%EFve.jpg", "naïve.jpg".encode()),
        (b'form-data; name="file"; filename*="UTF-8\'\'a%22;b.jpg"; x=y', b'a\\";b.jpg'),
        (b"form-data; name=\"file\"; filename*=nonsense''a.jpg", b"a.jpg"),
        (b'form-data; name="file"; filename*=a.jpg', b"a.jpg"),
        (b"form-data; name=\"file\"; filename*0*=UTF-8''a.jpg", b"a.jpg"),
        (b'form-data; name="file"; filename*=', b""),
    ],
)
def test_an_extended_name_becomes_a_plain_one(header: bytes, name: bytes) -> None:
    assert with_file_name(header) == header + b'; filename="' + name + b'"'


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b'form-data; name="file"',
        b'form-data; name="a*b"',
        b"form-data; name=\"x; filename*=UTF-8''a.jpg\"",
        b'form-data; name="file"; filename*=UTF-8\'\'b.jpg; filename="a.jpg"',
    ],
)
def test_other_headers_stay_as_they_are(header: bytes) -> None:
    assert with_file_name(header) == header


def test_a_photograph_with_an_extended_name_is_segmented(house: House, tiny: bytes) -> None:
    body = EXTENDED % (b"a%20b.jpg", tiny)
    for path in ("/predict", PREDICTIONS):
        assert house.client.post(path, content=body, headers=MULTIPART).status_code == 200, path


NAMELESS = b"""--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n"""


def test_a_photograph_without_a_name_is_segmented(house: House, tiny: bytes) -> None:
    for path in ("/predict", PREDICTIONS):
        for photograph in (tiny, tiny + bytes(20_000)):  # more than a text field may have
            answer = house.client.post(path, content=NAMELESS % (b"file", photograph) + b"--b--\r\n", headers=MULTIPART)
            assert answer.status_code == 200, path
        answer = house.client.post(path, content=NAMELESS % (b"file", b"no file") + b"--b--\r\n", headers=MULTIPART)
        assert_problem(answer, 415, "unsupported_media_type")
    two = NAMELESS % (b"file", tiny) + NAMELESS % (b"file", tiny) + b"--b--\r\n"
    assert_problem(house.client.post(PREDICTIONS, content=two, headers=MULTIPART), 422, "several_files")


def test_a_mask_without_a_name_is_a_file(house: House, tiny: bytes) -> None:
    body = NAMELESS % (b"file", tiny) + NAMELESS % (b"corrected_mask", bytes(20_000)) + b"--b--\r\n"
    answer = house.client.post(PREDICTIONS, content=body, headers=MULTIPART)
    assert_problem(answer, 415, "correction_unsupported")


def test_an_upload_with_an_extended_name_is_received(tmp_path: Path, tiny: bytes) -> None:
    house = House(tmp_path)  # a form for S3 leaves the names to S3
    anna = house.person()
    batch = new(house, anna, "a.jpg", "b.jpg")
    fields = batch["upload"]["fields"]
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{fields[name]}\r\n' for name in fields]
    body = "".join(parts).encode() + EXTENDED % (b"%31", tiny)
    assert house.client.post(batch["upload"]["url"], content=body, headers=MULTIPART).status_code == 204
    house.work_off()
    assert [row["status"] for row in table(house, anna, batch)] == ["waiting", "done"]
