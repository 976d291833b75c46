"""DICOM files on the command line: segmented here like any photograph, and sent elsewhere without their header."""

from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest

from retina.__main__ import main
from retina.cli.remote_batch import RemoteBatch
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.dicom.mark import is_dicom
from support.dicom import SECRETS, dicom
from support.results import rows


@pytest.fixture
def folder(tmp_path: Path, quick_rgb: Rgb) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    data = dicom(quick_rgb, ImageLaterality="R")
    (photos / "left.dcm").write_bytes(data)
    (photos / "IM000001").write_bytes(data)
    (photos / "cut.dcm").write_bytes(data[:1000])
    return photos


def test_files_with_and_without_extension_are_segmented(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["segment", str(folder), "--out", str(out)]) == 1
    found = {Path(file).name: row for file, row in rows(out).items()}
    assert {name: row["status"] for name, row in found.items()} == {
        "left.dcm": "done",
        "IM000001": "done",
        "cut.dcm": "rejected",
    }
    assert (found["left.dcm"]["laterality"], found["left.dcm"]["frames"]) == ("right", "1")
    assert found["left.dcm"]["vascular_density"] == found["IM000001"]["vascular_density"] != ""
    assert (out / "IM000001_mask.png").exists()
    written = b"".join(path.read_bytes() for path in out.iterdir())
    assert not [secret for secret in SECRETS if secret.encode() in written]


def test_files_are_sent_without_their_header(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, bytes] = {}

    def post(url: str, *, files: dict[str, tuple[str, bytes]], **_: object) -> Mock:
        name, data = files["file"]
        sent[name] = data
        return Mock(is_success=True)

    monkeypatch.setattr(httpx, "post", post)
    monkeypatch.setattr(RemoteBatch, "_create_or_resume", lambda *_: "id")
    batch = RemoteBatch([*sorted(folder.iterdir())], folder, "http://localhost", "rk_1_2", {})
    batch._form = {"url": "http://localhost", "fields": {}}
    for number in range(3):
        batch._send(number)
    assert [*sent] == ["0", "2"]  # in order: IM000001, cut.dcm, left.dcm
    assert all(map(is_dicom, sent.values()))
    assert not [secret for secret in SECRETS if secret.encode() in b"".join(sent.values())]
    assert "damaged" in batch._unsent[1]
