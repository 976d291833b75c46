"""Tables and notes beside photographs are skipped, which is said and is no failure; nothing like a picture is."""

from pathlib import Path

import pytest

from retina.__main__ import main
from retina.cli.companions import WHY, is_companion
from support.dicom import dicom
from support.results import rows

COMPANIONS = {
    "table.csv": b"file,age\na.jpg,52\n",
    "BMI.CSV": b"BMI,age,file\n22,52,a.jpg\n",
    "names.tsv": b"P1\tP2\n",
    "notes.txt": "rechtes Auge: 52 Jahre, übliche Kamera".encode(),
    "visits.txt": b"P1 2026 follow-up\nP2 # none\n",
    "empty.txt": b"",
    "README.md": b"# Photographs",
    "README": b"Photographs",
    "labels.json": b"{}",
    "header.xml": b"<?xml version='1.0'?>",
    "report.pdf": b"%PDF-1.7\n1 0 obj\n",
    "list.xlsx": b"PK\3\4",
    "Thumbs.db": b"\xd0\xcf\x11\xe0",
    "DICOMDIR": bytes(128) + b"DICM" + bytes(20) + b"1.2.840.10008.1.3.10\0",
}


def test_companions_are_skipped_and_named(tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, data in COMPANIONS.items():
        (photos / name).write_bytes(data)
    for name in (".DS_Store", ".thumbs"):
        (photos / name).mkdir() if name == ".thumbs" else (photos / name).write_bytes(b"litter")
    out = tmp_path / "out"
    command = ["segment", str(photos), "--out", str(out), "--outputs", "mask"]
    for _ in range(2):
        assert main(command) == 0
        said = capsys.readouterr()
        assert f"2 done, {len(COMPANIONS)} skipped. Results are in" in said.out
        for name in COMPANIONS:
            assert f"{photos / name}: {WHY}" in said.err
        assert f"Hidden, and left out: {photos / '.DS_Store'}, {photos / '.thumbs'}." in said.err
        found = rows(out)
        assert len(found) == 2 + len(COMPANIONS)
        assert {found[str(photos / name)]["status"] for name in COMPANIONS} == {"skipped"}
        assert {found[str(photos / name)]["reason"] for name in COMPANIONS} == {WHY}
    assert {path.name for path in out.glob("*.png")} == {"a_mask.png", "b_mask.png"}


@pytest.mark.parametrize("name", ["broken.jpg", "broken.dcm", "broken.tif", "scan.heic", "unknown.xyz", "IM0001"])
def test_what_may_be_a_photograph_is_not_skipped(tmp_path: Path, photos: Path, name: str) -> None:
    (photos / name).write_bytes(b"no photograph")
    assert main(["segment", str(photos), "--out", str(tmp_path / "out"), "--outputs", "mask"]) == 1
    assert rows(tmp_path / "out")[str(photos / name)]["status"] == "rejected"


def test_a_photograph_called_a_text_is_segmented(tmp_path: Path, photos: Path) -> None:
    (photos / "a.jpg").rename(photos / "a.txt")
    assert main(["segment", str(photos), "--out", str(tmp_path / "out"), "--outputs", "mask"]) == 0
    assert rows(tmp_path / "out")[str(photos / "a.txt")]["status"] == "done"


def test_a_table_named_like_a_photograph_changes_no_name(tmp_path: Path, photos: Path) -> None:
    (photos / "a.csv").write_text("age\n52\n")
    out = tmp_path / "out"
    for _ in range(2):
        assert main(["segment", str(photos), "--out", str(out), "--outputs", "mask"]) == 0
    assert sorted(path.name for path in out.glob("*.png")) == ["a_mask.png", "b_mask.png"]


def test_nothing_but_companions_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    assert main(["segment", str(tmp_path / "notes.txt"), "--out", str(tmp_path / "out")]) == 1
    assert main(["batch", str(tmp_path / "notes.txt"), "--url", "http://[::1]", "--key", "k", "--out", "x"]) == 2


@pytest.mark.parametrize(
    "start",
    [
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"II*\0",
        b"MM\0+",
        b"GIF89a",
        b"RIFF\1\2\3\4WEBPVP8 ",
        b"BM\1\2\3\4\0\0\0\0",
        b"P6\n# made\n10 10\n255\n",
        b"P1 10 10\n",
        b"\0\0\0\x0cjP  \r\n\x87\n",
        b"\0\0\0\x18ftypheic",
    ],
)
def test_the_content_of_a_picture_counts(tmp_path: Path, start: bytes) -> None:
    file = tmp_path / "picture.txt"
    file.write_bytes(start)
    assert not is_companion(file)


def test_a_dicom_file_with_pixels_counts_as_one_whatever_its_name(tmp_path: Path, quick_rgb: object) -> None:
    file = tmp_path / "DICOMDIR"
    file.write_bytes(dicom(quick_rgb))  # type: ignore[arg-type]
    assert not is_companion(file)


def test_what_cannot_be_read_is_not_skipped(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    assert not is_companion(tmp_path / "gone.txt")
