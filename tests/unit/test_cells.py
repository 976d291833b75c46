"""No cell of any table is run as a formula by a spreadsheet, and each can be read back unchanged."""

import csv
import io
import unicodedata
from dataclasses import fields
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retina.cells import neutral, original
from retina.cli.growing_table import growing
from retina.cli.remote_batch import RemoteBatch
from retina.cli.remote_tables import PHOTOGRAPHS
from retina.cli.results import (
    COLUMNS,
    Results,
    Row,
    read_results,
)
from retina.tables import lines
from support.cells import HARMLESS, NUMBERS, RISKY
from support.tables import rows_in

CHARACTERS = st.one_of(st.sampled_from("=+-@＝＋－＠'\"\t\r\n \0\ufeff\u200b0.e"), st.characters())
TEXTS = st.text(CHARACTERS, max_size=12)
PRINTABLE = st.text(CHARACTERS.filter(str.isprintable), max_size=12)


@pytest.mark.parametrize("text", RISKY)
def test_possible_formulas_get_a_leading_apostrophe(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert original(neutral(text)) == text


@pytest.mark.parametrize("text", [*HARMLESS, *NUMBERS])
def test_other_text_and_numbers_are_unchanged(text: str) -> None:
    assert neutral(text) == original(text) == text


@given(TEXTS)
@example("'=1")
@example("''=1")
@example("'-1")
def test_every_text_is_read_back_and_none_is_a_formula(text: str) -> None:
    cell = neutral(text)
    assert original(cell) == text
    seen = cell.lstrip().lstrip("\0\ufeff\u200b")
    first = unicodedata.normalize("NFKC", seen[:1])
    assert first not in ("=", "+", "-", "@") or float(cell) is not None


@given(st.lists(PRINTABLE, min_size=3, max_size=7))
def test_a_row_of_an_earlier_run_is_read_back(tmp_path_factory: pytest.TempPathFactory, few: list[str]) -> None:
    texts = list(islice(cycle(few), len(COLUMNS)))  # to make up one for each column takes minutes
    cells = dict(zip(COLUMNS, texts, strict=True))
    own = {each.name: cells.pop(each.name) for each in fields(Row) if each.name not in ("found", "measured")}
    out, row = tmp_path_factory.mktemp("out"), Row(**own, found=cells, measured=())
    results = Results(out, [row])
    with growing(results):
        results.write(row)
    assert read_results(out) == [row, row]
    for cells in rows_in(out / "results.csv"):
        assert cells == {name: neutral(text) for name, text in zip(COLUMNS, texts, strict=True)}


def test_cells_from_a_service_are_escaped_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service of before answers with cells as they are, and with all rows at a time."""
    texts = ["=1.jpg", "'=2.jpg", "＝3.jpg", "plain.jpg"]
    columns = ("number", "file", "status", "reason", "threshold")
    rows = [
        {"number": str(n), "file": text, "status": "rejected", "reason": "", "threshold": "-0.5"}
        for n, text in enumerate(texts)
    ]
    old = io.StringIO()
    writer = csv.DictWriter(old, columns)
    writer.writeheader()
    writer.writerows(rows)
    for table, expected in (("".join(lines(columns, rows)), texts), (old.getvalue(), ["=1.jpg", "=2.jpg", *texts[2:]])):
        service = Answers(table)
        monkeypatch.setitem(PHOTOGRAPHS, "wide", 2)
        batch = RemoteBatch.__new__(RemoteBatch)
        batch._files, batch._out, batch._id, batch._unsent = [Path(text) for text in texts], tmp_path, "0", {}
        batch._measurements = False
        monkeypatch.setattr(batch, "_service", service, raising=False)
        monkeypatch.setattr(batch, "_items", list)
        batch.fetch()
        found = rows_in(tmp_path / "results.csv")
        assert [row["file"] for row in found] == [neutral(text) for text in expected]
        assert {row["threshold"] for row in found} == {"-0.5"}
        assert service.asked == [{"first": 0, "limit": 2}, {"first": 2, "limit": 2}]


class Answers:
    """A service that answers with one table, whatever part of it is asked for."""

    def __init__(self, table: str) -> None:
        self._table, self.asked = table, list[dict[str, Any]]()

    def answer(self, method: str, path: str, params: dict[str, Any]) -> httpx.Response:
        self.asked.append(params)
        return httpx.Response(200, text=self._table)
