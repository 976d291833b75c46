"""What was computed and is kept: one contract for folders and for S3."""

import stat
from pathlib import Path

import pytest

from retina.store.aws import S3Blobs
from retina.store.local import LocalBlobs
from retina.store.port import Blobs


@pytest.fixture(params=["embedded", "S3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "embedded":
        return LocalBlobs(tmp_path)
    s3 = request.getfixturevalue("s3")
    s3.create_bucket(Bucket="retina-blobs")
    return S3Blobs(s3, "retina-blobs")


def test_what_was_put_is_read_until_it_is_replaced_or_deleted(blobs: Blobs) -> None:
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


def test_results_are_their_owners_alone_and_nothing_half_written_stays(tmp_path: Path) -> None:
    LocalBlobs(tmp_path / "data").put("batch/b/7.json", b"{}", "application/json")
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["7.json"]
    for folder in (tmp_path / "data").rglob("*"):
        assert folder.is_file() or stat.S_IMODE(folder.stat().st_mode) == 0o700
