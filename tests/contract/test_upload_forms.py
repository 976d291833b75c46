"""Upload forms: what the embedded store and S3 refuse, and when uploads expire."""

import base64
import json
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from conftest import SAMPLE
from retina.app import create_app
from retina.errors import PhotographTooLargeError, UnsupportedFormatError, UploadNotFoundError
from retina.jobs.retention import delete_expired
from retina.services import Services
from retina.settings import Settings
from retina.storage.local import LocalUploads
from retina.storage.port import (
    RETENTION_DAYS,
    UPLOADS,
    Uploads,
)
from retina.storage.s3 import S3Uploads
from support.aws import BUCKET
from support.problems import assert_problem
from support.uploads import LIMIT, NOBODY, new_form, send


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data=tmp_path, upload_bytes=LIMIT)), raise_server_exceptions=False) as client:
        yield client


def test_a_tampered_form_is_refused(embedded: TestClient, tmp_path: Path) -> None:
    form = new_form(embedded)
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    wider = base64.b64encode(json.dumps(policy | {"content-length-range": [1, 10**12]}).encode()).decode()
    for changes in (
        {"key": UPLOADS + NOBODY},
        {"Content-Type": "text/html"},
        {"policy": wider},
        {"signature": "0" * 64},
        {"signature": "é"},
        {"acl": "public-read"},
        {"policy": "", "signature": ""},
    ):
        assert_problem(send(embedded, form, b"x", **changes), 403, "upload_refused")
    assert_problem(embedded.post("/uploads", data=form["fields"]), 403, "upload_refused")
    first = [("file", ("a.jpg", b"x")), *((name, (None, value)) for name, value in form["fields"].items())]
    assert_problem(embedded.post("/uploads", files=first), 403, "upload_refused")
    assert not [*tmp_path.glob("uploads/*")]


def test_a_form_expires(embedded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    form = new_form(embedded)
    now = time.time()
    monkeypatch.setattr("retina.storage.local.time.time", lambda: now + form["expires_in"] + 2)
    assert_problem(send(embedded, form, SAMPLE.read_bytes()), 403, "upload_refused")


def test_an_upload_over_the_limit_is_refused_with_the_limit(embedded: TestClient, tmp_path: Path) -> None:
    for size in (LIMIT + 1, LIMIT + 2**20):
        answer = send(embedded, new_form(embedded), b"x" * size)
        assert_problem(answer, 413, "photograph_too_large")
        assert "5 MiB" in answer.json()["detail"]
    assert not [*tmp_path.glob("uploads/*")]
    assert send(embedded, new_form(embedded), b"x" * LIMIT).status_code == 204
    assert_problem(send(embedded, new_form(embedded), b""), 403, "upload_refused")


def test_the_secret_and_the_uploads_are_readable_by_their_owner_only(embedded: TestClient, tmp_path: Path) -> None:
    send(embedded, new_form(embedded), b"photograph")
    assert stat.S_IMODE((tmp_path / "upload.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "uploads").stat().st_mode) == 0o700
    assert len((tmp_path / "upload.key").read_bytes()) == 32
    restarted = LocalUploads(tmp_path, LIMIT)
    form = new_form(embedded)
    key = restarted.receive(form["fields"], b"photograph")
    assert key == UPLOADS + form["upload_id"]
    assert restarted.read(key) == b"photograph"


def test_unused_uploads_expire_within_a_day(embedded: TestClient, tmp_path: Path) -> None:
    old, new = new_form(embedded), new_form(embedded)
    for form in (old, new):
        send(embedded, form, b"photograph")
    long_ago = time.time() - RETENTION_DAYS[UPLOADS] * 24 * 3600 - 1
    os.utime(tmp_path / "uploads" / old["upload_id"], (long_ago, long_ago))
    services: Services = embedded.app.state.services  # type: ignore[attr-defined]
    delete_expired(services)
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [new["upload_id"]]


def test_the_policy_for_s3_fixes_every_field(s3: Any) -> None:
    uploads: Uploads = S3Uploads(s3, BUCKET, LIMIT)
    form = uploads.form(UPLOADS + NOBODY, "image/png", "")
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    for condition in (
        {"Content-Type": "image/png"},
        ["content-length-range", 1, LIMIT],
        {"bucket": BUCKET},
        {"key": f"uploads/{NOBODY}"},
    ):
        assert condition in policy["conditions"]
    ends = time.mktime(time.strptime(policy["expiration"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    assert 0 < ends - time.time() <= 600


def test_objects_in_s3_are_checked_again(s3: Any) -> None:
    uploads = S3Uploads(s3, BUCKET, 10)
    for name, body, kind, error in (
        ("1", b"x" * 11, "image/png", PhotographTooLargeError),
        ("2", b"x", "text/html", UnsupportedFormatError),
    ):
        s3.put_object(Bucket=BUCKET, Key=f"uploads/{name * 32}", Body=body, ContentType=kind)
        with pytest.raises(error):
            uploads.read(UPLOADS + name * 32)
    with pytest.raises(UploadNotFoundError):
        uploads.read(UPLOADS + NOBODY)
