"""Files of several frames on the command line: each frame has a row and images, like a photograph of its own."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom import uid

from retina.__main__ import main
from retina.cli import frames as command_frames
from retina.cli.frames import MOST_FRAMES
from retina.imaging.arrays import Rgb
from support.dicom import SECRETS, dicom, rle, several
from support.processes import segment_at_once
from support.specimens import encode
from support.tables import rows_in


@pytest.fixture
def shown(quick_rgb: Rgb) -> list[Rgb]:
    """Three frames, each of which looks like a retina."""
    return [quick_rgb, np.ascontiguousarray(quick_rgb[::-1]), np.ascontiguousarray(quick_rgb[:, ::-1])]


@pytest.fixture
def folder(tmp_path: Path, shown: list[Rgb]) -> Path:
    """Three files of several frames: uncompressed, JPEG and RLE; and one of a single frame."""
    jpegs = [imagecodecs.jpeg8_encode(rgb, level=95) for rgb in shown]
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "plain.dcm").write_bytes(several(shown, ImageLaterality="R"))
    (photos / "IM01").write_bytes(
        several(shown, uid.JPEGBaseline8Bit, jpegs, PhotometricInterpretation="YBR_FULL_422", fragments=2)
    )
    (photos / "runs.dcm").write_bytes(several(shown, uid.RLELossless, [rle(rgb) for rgb in shown], offsets=False))
    (photos / "single.dcm").write_bytes(dicom(shown[0]))
    return photos


def run(out: Path, *paths: Path, more: tuple[str, ...] = ()) -> int:
    return main(["segment", *map(str, paths), "--out", str(out), "--outputs", "mask", *more])


def table(out: Path) -> dict[tuple[str, str], dict[str, str]]:
    """The rows, by the file's name and the frame's number."""
    rows = rows_in(out / "results.csv")
    found = {(Path(row["file"]).name, row["frame_number"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def made(out: Path) -> dict[str, int]:
    """The images in the folder, and when they were made."""
    return {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")}


def test_every_frame_has_a_row_and_images(tmp_path: Path, folder: Path, shown: list[Rgb]) -> None:
    for index, rgb in enumerate(shown, 1):
        (tmp_path / f"{index}.png").write_bytes(encode(Image.fromarray(rgb), "PNG"))
    assert run(tmp_path / "alone", *sorted(tmp_path.glob("*.png"))) == 0
    out = tmp_path / "out"
    assert run(out, folder) == 0
    found = table(out)
    several_frames = {(name, number) for name in ("IM01", "plain.dcm", "runs.dcm") for number in "123"}
    assert {*found} == several_frames | {("single.dcm", "")}
    assert {row["status"] for row in found.values()} == {"done"}
    assert {found[key]["frames"] for key in several_frames} == {"3"}
    assert len({found["plain.dcm", number]["photo_sha256"] for number in "123"}) == 1, "that of the file"
    assert found["plain.dcm", "3"]["laterality"] == "right"
    stems = {f"{name}-frame00{number}" for name in ("IM01", "plain", "runs") for number in "123"} | {"single"}
    assert {*made(out)} == {f"{stem}_mask.png" for stem in stems}
    for number in "123":
        alone = (tmp_path / "alone" / f"{number}_mask.png").read_bytes()
        for name in ("plain", "runs"):
            assert (out / f"{name}-frame00{number}_mask.png").read_bytes() == alone, (name, number)
    written = b"".join(path.read_bytes() for path in out.iterdir())
    assert not [secret for secret in SECRETS if secret.encode() in written]


def test_a_second_run_does_only_the_frames_that_are_missing(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "out"
    assert run(out, folder / "plain.dcm") == 0
    before, rows = made(out), table(out)
    assert run(out, folder / ".." / "photos" / "plain.dcm") == 0
    assert (made(out), table(out)) == (before, rows)
    (out / "plain-frame002_mask.png").unlink()
    assert run(out, folder / "plain.dcm") == 0
    after = made(out)
    assert {name for name in after if after[name] != before[name]} == {"plain-frame002_mask.png"}
    assert len(table(out)) == 3
    assert run(out, folder / "single.dcm") == 0
    assert len(table(out)) == 4, "rows of other files stay"


def test_a_file_that_has_other_frames_now_has_their_rows(tmp_path: Path, folder: Path, shown: list[Rgb]) -> None:
    out, file = tmp_path / "out", folder / "plain.dcm"
    assert run(out, file) == 0
    file.write_bytes(several(shown[:2]))
    assert run(out, file) == 0
    assert {*table(out)} == {("plain.dcm", "1"), ("plain.dcm", "2")}
    file.write_bytes(dicom(shown[2]))
    assert run(out, file) == 0
    assert {*table(out)} == {("plain.dcm", "")}
    assert (out / "plain_mask.png").exists()


@pytest.mark.parametrize("damaged", [0, 1, 2])
@pytest.mark.parametrize("kind", ["JPEG", "RLE"])
def test_a_damaged_frame_costs_one_row(
    tmp_path: Path, shown: list[Rgb], capsys: pytest.CaptureFixture[str], kind: str, damaged: int
) -> None:
    parts = [bytes(imagecodecs.jpeg8_encode(rgb, level=95)) if kind == "JPEG" else rle(rgb) for rgb in shown]
    cut = parts[damaged]
    parts[damaged] = cut[: len(cut) // 4 * 2] + b"\xff\xd9"
    syntax = uid.JPEGBaseline8Bit if kind == "JPEG" else uid.RLELossless
    colours = {"PhotometricInterpretation": "YBR_FULL_422"} if kind == "JPEG" else {}
    file = tmp_path / "a.dcm"
    file.write_bytes(several(shown, syntax, parts, **colours))
    assert run(tmp_path / "out", file) == 1
    found = table(tmp_path / "out")
    wrong = str(damaged + 1)
    assert {key[1]: row["status"] for key, row in found.items()} == dict.fromkeys("123", "done") | {wrong: "rejected"}
    assert found["a.dcm", wrong]["code"] == "photograph_unreadable"
    assert {*made(tmp_path / "out")} == {f"a-frame00{n}_mask.png" for n in "123" if n != wrong}
    assert f"a.dcm, frame {wrong}: The file is damaged" in capsys.readouterr().err


def test_names_that_collide(tmp_path: Path, folder: Path, shown: list[Rgb]) -> None:
    """A photograph that is called like a frame, and files of the same name in two folders."""
    named = folder / "plain-frame002.png"
    named.write_bytes(encode(Image.fromarray(shown[0]), "PNG"))
    (folder / "deeper").mkdir()
    (folder / "deeper" / "RUNS.dcm").write_bytes(several(shown[::-1]))
    out = tmp_path / "out"
    paths = [named, folder / "plain.dcm", folder / "runs.dcm", folder / "deeper"]
    for order in (paths, paths[::-1]):
        assert run(out, *order) == 0
        rows = table(out)
        assert len(rows) == 1 + 3 + 3 + 3
        digest = {name: row["photo_sha256"][:8] for (name, _), row in rows.items()}
        assert {*made(out)} == {
            f"plain-frame002-{digest[named.name]}_mask.png",
            f"plain-frame002-{digest['plain.dcm']}_mask.png",
            *(f"plain-frame00{n}_mask.png" for n in "13"),
            *(f"runs-frame00{n}-{digest['runs.dcm']}_mask.png" for n in "123"),
            *(f"RUNS-frame00{n}-{digest['RUNS.dcm']}_mask.png" for n in "123"),
        }


def test_a_later_photograph_does_not_overwrite_a_frame(tmp_path: Path, folder: Path, shown: list[Rgb]) -> None:
    out = tmp_path / "out"
    assert run(out, folder / "plain.dcm") == 0
    before = made(out)
    (folder / "plain-frame002.png").write_bytes(encode(Image.fromarray(shown[0]), "PNG"))
    assert run(out, folder / "plain-frame002.png") == 0
    assert made(out) | before == made(out)
    assert len(made(out)) == 4


def test_a_strangers_file_with_the_name_of_a_frame_is_never_written_over(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "plain-frame003_mask.png").write_bytes(b"precious")
    assert run(out, folder / "plain.dcm") == 2
    assert (out / "plain-frame003_mask.png").read_bytes() == b"precious"


def test_a_wrong_number_of_frames_costs_one_row(tmp_path: Path, shown: list[Rgb]) -> None:
    parts = [rle(rgb) for rgb in shown]
    for stated in (2, MOST_FRAMES, MOST_FRAMES + 1, 2**31 - 1):
        file = tmp_path / f"{stated}.dcm"
        file.write_bytes(several(shown, uid.RLELossless, parts, NumberOfFrames=stated))
    assert run(tmp_path / "out", *sorted(tmp_path.glob("*.dcm"))) == 1
    found = table(tmp_path / "out")
    assert {key: row["code"] for key, row in found.items()} == {
        ("2.dcm", ""): "photograph_unreadable",
        (f"{MOST_FRAMES}.dcm", ""): "photograph_unreadable",
        (f"{MOST_FRAMES + 1}.dcm", ""): "photograph_too_large",
        (f"{2**31 - 1}.dcm", ""): "photograph_too_large",
    }
    assert f"at most {MOST_FRAMES} are segmented" in found[f"{MOST_FRAMES + 1}.dcm", ""]["reason"]
    assert "not as many as its header says" in found["2.dcm", ""]["reason"]
    assert not made(tmp_path / "out")


def test_a_large_file_is_in_memory_for_one_frame_at_a_time(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading: list[int] = []
    read, predict = command_frames.read_photograph, command_frames._frames_in
    monkeypatch.setattr(command_frames, "LARGE_BYTES", 1000)

    def counted(*given: object) -> object:
        reading.append(command_frames._large.locked())
        return predict(*given)  # type: ignore[arg-type]

    def watched(*given: object) -> bytes:
        reading.append(command_frames._large.locked())
        return read(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(command_frames, "_frames_in", counted)
    monkeypatch.setattr("retina.cli.folders.read_photograph", watched)
    assert run(tmp_path / "out", folder / "plain.dcm", more=("--jobs", "3")) == 0
    assert reading == [True] * 4


def test_a_file_that_is_too_large_says_what_to_do(
    tmp_path: Path, shown: list[Rgb], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETINA_MAX_PIXELS", "90000")
    file = tmp_path / "a.dcm"
    file.write_bytes(several(shown * 4))
    assert run(tmp_path / "out", file) == 1
    [row] = table(tmp_path / "out").values()
    assert (row["code"], row["frame_number"]) == ("photograph_too_large", "")
    assert "split it into smaller files" in row["reason"]


def test_frames_of_two_runs_at_the_same_time_are_all_there(
    tmp_path: Path, folder: Path, environment: dict[str, str]
) -> None:
    out = tmp_path / "out"
    segment_at_once(out, [folder / name for name in ("plain.dcm", "runs.dcm")], environment)
    assert len(table(out)) == 6


def test_the_help_of_batch_says_that_it_takes_the_first_frame_only(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["batch", "--help"])
    assert "several frames the service segments the first one only" in " ".join(capsys.readouterr().out.split())
