"""Which files `retina segment` reads, and that it never overwrites files of others."""

import os
from pathlib import Path

import pytest
from PIL import Image

from retina.__main__ import main
from retina.imaging.arrays import Rgb
from support.results import rows
from support.specimens import encode
from support.tables import rows_in


def test_rows_of_other_inputs_are_kept(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    for name in ("a.jpg", "deeper/b.png"):
        assert main(["segment", str(photos / name), "--out", str(out)]) == 0
    assert len(rows(out)) == 2


def test_name_clashes_lose_nothing(tmp_path: Path, photos: Path, quick_rgb: Rgb) -> None:
    (photos / "deeper" / "A.png").write_bytes(encode(Image.fromarray(quick_rgb[:, ::-1].copy()), "PNG"))
    (photos / "a.png").write_bytes(encode(Image.fromarray(quick_rgb[::-1, ::-1].copy()), "PNG"))
    out = tmp_path / "out"
    assert main(["segment", str(photos), "--out", str(out)]) == 0
    found = rows(out)
    assert len(found) == 4
    for file, row in found.items():
        stem = Path(file).stem
        name = f"{stem}_mask.png" if stem == "b" else f"{stem}-{row['photo_sha256'][:8]}_mask.png"
        assert (out / name).exists(), name
    assert len(list(out.glob("*_mask.png"))) == 4


def test_a_clash_with_an_earlier_run_loses_nothing(tmp_path: Path, photos: Path, quick_rgb: Rgb) -> None:
    out = tmp_path / "out"
    assert main(["segment", str(photos / "a.jpg"), "--out", str(out)]) == 0
    first = (out / "a_mask.png").read_bytes()
    (photos / "deeper" / "a.jpg").write_bytes(encode(Image.fromarray(quick_rgb[:, ::-1].copy()), "JPEG"))
    assert main(["segment", str(photos / "deeper" / "a.jpg"), "--out", str(out)]) == 0
    assert (out / "a_mask.png").read_bytes() == first
    assert len(list(out.glob("a*_mask.png"))) == 2


def test_a_foreign_results_file_is_not_overwritten(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "results.csv").write_text("my,own,table\n1,2,3\n")
    assert main(["segment", str(photos), "--out", str(out)]) == 2
    assert (out / "results.csv").read_text() == "my,own,table\n1,2,3\n"


def test_names_that_are_no_text_and_files_that_are_none(tmp_path: Path, photos: Path) -> None:

    os.rename(bytes(photos / "a.jpg"), bytes(photos) + b"/a\xff.jpg")  # noqa: PTH104 - a path cannot hold such a name
    os.mkfifo(photos / "pipe.jpg")
    assert main(["segment", str(photos), "--out", str(tmp_path / "out")]) == 1
    found = {row["file"]: row["status"] for row in rows_in(tmp_path / "out" / "results.csv")}  # which is valid UTF-8
    assert found == {
        rf"{photos}/a\xff.jpg": "done",
        str(photos / "deeper" / "b.png"): "done",
        str(photos / "pipe.jpg"): "failed",
    }


def test_a_file_no_photograph_could_fill_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETINA_MAX_PIXELS", "10000")
    (tmp_path / "film.jpg").write_bytes(bytes(80_001))
    assert main(["segment", str(tmp_path / "film.jpg"), "--out", str(tmp_path / "out")]) == 1
    assert rows(tmp_path / "out")[str(tmp_path / "film.jpg")]["code"] == "photograph_too_large"


def test_an_input_in_the_output_folder_is_never_written_over(tmp_path: Path, photos: Path) -> None:
    other = (photos / "deeper" / "b.png").read_bytes()
    (photos / "a_mask.png").write_bytes(other)
    run = ["segment", str(photos / "a.jpg"), str(photos / "a_mask.png"), "--out", str(photos), "--outputs", "mask"]
    for _ in range(2):
        assert main(run) == 0
        assert (photos / "a_mask.png").read_bytes() == other
    assert len(rows(photos)) == 2
    assert len(list(photos.glob("a-*_mask.png"))) == 1


def test_a_strangers_file_is_never_written_over(tmp_path: Path, photos: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a_mask.png").write_bytes(b"precious")
    assert main(["segment", str(photos / "a.jpg"), "--out", str(out)]) == 2
    assert (out / "a_mask.png").read_bytes() == b"precious"


def test_copies_of_one_photograph_all_succeed(
    tmp_path: Path, photos: Path, smallest_card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETINA_MODEL", str(smallest_card))
    for number in range(60):
        (photos / str(number)).mkdir()
        (photos / str(number) / "a.jpg").write_bytes((photos / "a.jpg").read_bytes())
    assert main(["segment", str(photos), "--out", str(tmp_path / "out"), "--jobs", "12"]) == 0
    assert {row["status"] for row in rows(tmp_path / "out").values()} == {"done"}


def test_linked_folders_are_followed_once_and_one_file_counts_once(tmp_path: Path, photos: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "c.jpg").write_bytes((photos / "a.jpg").read_bytes())
    (photos / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(photos)
    (photos / "a first.jpg").symlink_to(photos / "a.jpg")  # comes before it in the alphabet
    assert main(["segment", str(photos), f"{photos}/../photos/a.jpg", "--out", str(tmp_path / "out")]) == 0
    assert sorted(Path(file).name for file in rows(tmp_path / "out")) == ["a.jpg", "b.png", "c.jpg"]


def test_a_damaged_results_file_is_a_sentence(tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["segment", str(photos), "--out", str(out)]) == 0
    whole = (out / "results.csv").read_text()
    (out / "results.csv").write_text(whole.removeprefix("\ufeff"), encoding="utf-8")  # as earlier versions wrote it
    assert main(["segment", str(photos), "--out", str(out)]) == 0
    (out / "results.csv").write_text(whole + "x" * 300_000)
    assert main(["segment", str(photos), "--out", str(out)]) == 2
    assert "is damaged" in capsys.readouterr().err
