"""Storage of results: one contract for folders and for S3."""

import errno
import secrets
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from retina.errors import UploadNotFoundError
from retina.storage.files import entries, files_below, remove, write
from retina.storage.local import LocalBlobs
from retina.storage.port import Blobs
from retina.storage.s3 import S3Blobs, S3Uploads


@pytest.fixture(params=["embedded", "S3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "embedded":
        return LocalBlobs(tmp_path)
    s3 = request.getfixturevalue("s3")
    s3.create_bucket(Bucket="retina-blobs")
    return S3Blobs(s3, "retina-blobs")


def test_a_blob_is_read_until_it_is_replaced_or_deleted(blobs: Blobs) -> None:
    key = f"batch/{'0123456789abcdef' * 2}/7.json"
    assert blobs.read(key) is None
    for data in (b"first", b"", b"third" * 10_000):
        blobs.put(key, data, "application/json")
        assert blobs.read(key) == data
    blobs.put(key.replace(".json", "/mask.png"), b"mask", "image/png")
    blobs.delete(key)
    blobs.delete(key)
    assert blobs.read(key) is None
    assert blobs.read(key.replace(".json", "/mask.png")) == b"mask"


def test_a_folder_is_deleted_completely_and_no_other(blobs: Blobs) -> None:
    keys = [f"history/a/{n}/mask.png" for n in range(3)] + ["history/ab/0/mask.png"]
    for key in keys:
        blobs.put(key, b"mask", "image/png")
    for _ in range(2):
        blobs.delete_all("history/a/")
    assert [blobs.read(key) for key in keys] == [None, None, None, b"mask"]


def test_a_folder_is_deleted_while_others_write_into_it_and_delete_it(blobs: Blobs) -> None:
    ends = time.monotonic() + 1.5

    def store(number: int) -> None:
        while time.monotonic() < ends:
            for name in ("mask.png", "overlay.png"):
                blobs.put(f"history/a/{number}-{secrets.token_hex(2)}/{name}", b"picture", "image/png")

    def delete(number: int) -> None:
        while time.monotonic() < ends:
            blobs.delete_all("history/a/")
            time.sleep(0.02)

    with ThreadPoolExecutor(4) as threads:
        for asked in [threads.submit(do, number) for do in (store, delete) for number in range(2)]:
            asked.result()
    blobs.delete_all("history/a/")
    assert blobs.delete_all("history/a/") == 0


def test_a_folder_that_is_gone_when_it_was_to_be_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As happens if another request makes it and a third deletes it at that moment, which pathlib calls "exists"."""
    makes, gone = Path.mkdir, [tmp_path / "a", tmp_path / "a/1"]

    def mkdir(folder: Path, *args: Any, **kwargs: Any) -> None:
        if folder in gone:
            gone.remove(folder)
            raise FileExistsError(errno.EEXIST, "File exists", str(folder))
        makes(folder, *args, **kwargs)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    write(tmp_path / "a/1/mask.png", b"mask")
    assert (tmp_path / "a/1/mask.png").read_bytes() == b"mask"
    assert gone == []


def test_a_listing_leaves_out_what_is_deleted_in_the_meantime(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"a/{number}/deep/mask.png", b"mask")
    found = files_below(tmp_path / "a")
    assert next(found).name == "mask.png"
    remove(tmp_path / "a")
    assert [*found, *entries(tmp_path / "a")] == []


def test_a_stream_is_stored_when_complete_and_not_at_all_when_interrupted(blobs: Blobs) -> None:
    pieces = [bytes([n]) * 7 * 2**20 for n in range(6)]  # more than S3 takes in one part
    with blobs.stream("exports/1/a.zip", "application/zip") as stream:
        for piece in pieces:
            assert stream.write(piece) == len(piece)
        assert blobs.read("exports/1/a.zip") is None
    assert blobs.read("exports/1/a.zip") == b"".join(pieces)

    def breaks() -> None:
        with blobs.stream("exports/1/b.zip", "application/zip") as stream:
            stream.write(pieces[0] * 3)
            raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        breaks()
    assert blobs.read("exports/1/b.zip") is None
    with blobs.stream("exports/1/empty.zip", "application/zip"):
        pass
    assert blobs.read("exports/1/empty.zip") == b""
    if isinstance(blobs, S3Blobs):
        assert "Uploads" not in blobs._client.list_multipart_uploads(Bucket=blobs._bucket)
    assert blobs.delete_all("exports/1/") == 2


def test_a_download_link_sets_the_file_name(blobs: Blobs) -> None:
    blobs.put("history/a/1/mask.png", b"mask", "image/png")
    link = blobs.link("history/a/1/mask.png", "2026-05-04-mask.png", "http://testserver/files")
    assert "2026-05-04-mask.png" in link
    assert "history/a/1/mask.png" in link
    assert len({link, blobs.link("history/a/2/mask.png", "2026-05-04-mask.png", "http://testserver/files")}) == 2
    if isinstance(blobs, S3Blobs):
        assert "X-Amz-Expires=900" in link
        answer = httpx.get(link)
        assert (answer.content, answer.headers["content-type"]) == (b"mask", "image/png")


def test_results_are_private_and_no_partial_file_remains(tmp_path: Path) -> None:
    LocalBlobs(tmp_path / "data").put("batch/b/7.json", b"{}", "application/json")
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["7.json"]
    for folder in (tmp_path / "data").rglob("*"):
        assert folder.is_file() or stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_missing_object_is_reported_even_to_a_role_limited_to_its_prefix(s3: Any) -> None:
    """S3 answers 403 then, where it would answer 404 to whoever may list the whole bucket."""
    with Stubber(s3) as stub:
        for _ in "ab":
            stub.add_client_error("get_object", "AccessDenied", http_status_code=403)
        assert S3Blobs(s3, "retina-blobs").read("history/a/b/mask.png") is None
        with pytest.raises(UploadNotFoundError):
            S3Uploads(s3, "retina-uploads", 1).read("uploads/" + "0" * 32)
        stub.add_client_error("get_object", "SlowDown", http_status_code=503)
        with pytest.raises(ClientError):
            S3Blobs(s3, "retina-blobs").read("history/a/b/mask.png")
