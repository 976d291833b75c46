"""A table that another program has saved again loses no row, and a run says what has happened to it."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from retina.__main__ import main
from support.results import rows
from support.tables import rows_in

Change = Callable[[list[list[str]]], bytes]


def saved(separator: str = ",", encoding: str = "utf-8-sig", end: str = "\r\n") -> Change:
    def save(table: list[list[str]]) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=separator, lineterminator=end).writerows(table)
        return text.getvalue().encode(encoding)

    return save


def with_decimal_commas(table: list[list[str]]) -> bytes:
    cells = [[cell.replace(".", ",") if cell.replace(".", "").isdecimal() else cell for cell in row] for row in table]
    return saved(";", "cp1252")(cells)


def in_one_column(table: list[list[str]]) -> bytes:
    """What a German Excel makes of a table with commas: each line is one cell."""
    lines = saved()(table).decode("utf-8-sig").splitlines()
    return saved(";")([[line] for line in lines])


def with_notes(table: list[list[str]]) -> bytes:
    return saved()([[*row, "my notes" if number else "notes"] for number, row in enumerate(table)])


def with_names_in_another_encoding(table: list[list[str]]) -> bytes:
    return saved(encoding="cp1252")(table)


REFUSED: dict[str, tuple[Change, str]] = {
    "semicolons": (saved(";"), "semicolons between its columns"),
    "semicolons and decimal commas": (with_decimal_commas, "semicolons between its columns"),
    "one column": (in_one_column, "cells instead of"),
    "tabs": (saved("\t"), "tabs between its columns"),
    "unicode text": (saved("\t", "utf-16"), "stored as UTF-16"),
    "another column": (with_notes, "other columns ('notes')"),
    "another encoding": (with_names_in_another_encoding, "not stored as UTF-8"),
}

CONTINUED: dict[str, Change] = {
    "no mark": saved(encoding="utf-8"),
    "other line ends": saved(end="\n"),
    "old line ends": saved(end="\r"),
    "other order": lambda table: saved()([row[::-1] for row in table]),
    "quotes everywhere": lambda table: b"\n".join(b",".join(b'"%s"' % _quoted(cell) for cell in row) for row in table),
}


def _quoted(cell: str) -> bytes:
    return cell.replace('"', '""').encode()


@pytest.fixture
def out(tmp_path: Path, photos: Path) -> Path:
    """The results for two photographs, one of which has a name beyond ASCII, and for a broken one."""
    (photos / "a.jpg").rename(photos / "Müller.jpg")
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    assert main([*command(photos, tmp_path / "out"), "--measurements"]) == 1
    return tmp_path / "out"


def command(photos: Path, out: Path) -> list[str]:
    return ["segment", str(photos), "--out", str(out), "--outputs", "mask"]


def change(table: Path, how: Change) -> bytes:
    with table.open(newline="", encoding="utf-8-sig") as file:
        data = how([*csv.reader(file)])
    table.write_bytes(data)
    return data


@pytest.mark.parametrize("name", ["results.csv", "measurements.csv"])
@pytest.mark.parametrize("kind", REFUSED)
def test_a_table_that_may_have_changed_is_left_as_it_is(
    out: Path, photos: Path, name: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    how, said = REFUSED[kind]
    data = change(out / name, how)
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    capsys.readouterr()
    assert main(command(photos, out)) == 2
    error = capsys.readouterr().err
    assert f"{out / name} was written by this program, and saved again by another one, such as Excel: " in error
    assert said in error
    assert "Put the original back, or choose another --out" in error
    assert (out / name).read_bytes() == data
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == before


@pytest.mark.parametrize("kind", CONTINUED)
def test_a_table_that_is_stored_in_another_way_is_continued(out: Path, photos: Path, kind: str) -> None:
    before, masks = rows(out), {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    for name in ("results.csv", "measurements.csv"):
        change(out / name, CONTINUED[kind])
    assert main(command(photos, out)) == 1
    assert rows(out) == before
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.png")} == masks


def test_half_a_line_of_a_killed_run_is_still_left_out(out: Path, photos: Path) -> None:
    before, table = rows(out), (out / "results.csv").read_bytes()
    (out / "results.csv").write_bytes(table[:-40])
    assert main(command(photos, out)) == 1
    assert rows(out) == before


@pytest.mark.parametrize("end", ["ä".encode()[:1], b'"a\n', b'"a\r\n', b'"a,"",\n'])
def test_a_row_that_ends_inside_a_character_or_a_quoted_cell_is_left_out(out: Path, photos: Path, end: bytes) -> None:
    before, measured = rows(out), rows_in(out / "measurements.csv")
    for name in ("results.csv", "measurements.csv"):
        with (out / name).open("ab") as file:
            file.write(end)
    assert main(command(photos, out)) == 1
    assert rows(out) == before
    assert sorted(map(str, rows_in(out / "measurements.csv"))) == sorted(map(str, measured))


def test_a_whole_row_that_ends_inside_a_character_is_left_out(out: Path, photos: Path) -> None:
    before, table = rows(out), (out / "results.csv").read_text("utf-8-sig")
    commas = "," * table.partition("\n")[0].count(",")
    with (out / "results.csv").open("ab") as file:
        file.write(commas.encode() + "ä".encode()[:1])
    assert main(command(photos, out)) == 1
    assert rows(out) == before


@pytest.mark.parametrize("name", ["results.csv", "measurements.csv"])
def test_another_programs_table_is_refused_whatever_its_encoding(
    tmp_path: Path, photos: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_bytes("größe,b\n1,2\n".encode("latin-1"))
    assert main([*command(photos, out), "--measurements"]) == 2
    assert f"{out / name} was not written by this program." in capsys.readouterr().err
    assert [*out.glob("*.csv")] == [out / name]


@pytest.mark.parametrize("name", ["results.csv", "measurements.csv"])
def test_a_write_protected_table_is_not_replaced(
    out: Path, photos: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = (out / name).read_bytes()
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    (out / name).chmod(0o444)
    assert main(command(photos, out)) == 2
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == before
    assert "write-protected, or open in another program, such as Excel" in capsys.readouterr().err
    assert (out / name).read_bytes() == data


@pytest.mark.parametrize("name", ["results.csv", "measurements.csv"])
def test_while_one_table_is_open_in_excel_none_changes(
    out: Path, photos: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in out.iterdir()}
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == name:
            raise PermissionError(13, "Permission denied", str(target))
        return replace(self, target)

    with monkeypatch.context() as context:
        context.setattr(Path, "replace", refuse)
        assert main([*command(photos, out), "--again"]) == 2
    assert f"{out / name} cannot be written" in capsys.readouterr().err
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in out.iterdir()} == before
    assert main(command(photos, out)) == 1


def test_no_table_is_left_if_another_cannot_be_written(
    tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "measurements.csv":
            raise PermissionError(13, "Permission denied", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    assert main([*command(photos, tmp_path / "out"), "--measurements"]) == 2
    assert not [*(tmp_path / "out").glob("*.csv")]
