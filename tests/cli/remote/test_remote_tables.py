"""Tables come in parts of a size that the service can send."""

from typing import Any, cast

import httpx
import pytest

from retina.cli.remote_service import RemoteError, RemoteService, TooLargeError
from retina.cli.remote_tables import table_rows
from retina.tables import lines


class Service:
    """Has a table of photographs, each with three measurements, and sends at most so many photographs at a time."""

    def __init__(self, total: int, most: int, columns: tuple[str, ...] = ("number", "measurement")) -> None:
        self._total, self._most, self._columns = total, most, columns
        self.asked: list[tuple[int, int]] = []

    def answer(self, method: str, path: str, params: dict[str, Any]) -> httpx.Response:
        assert (method, path, params["form"]) == ("GET", "/b/results.csv", "long")
        self.asked.append((params["first"], params["limit"]))
        if params["limit"] > self._most:
            raise TooLargeError("The table would be larger than 4 MiB.")
        numbers = range(params["first"], min(self._total, params["first"] + params["limit"]))
        rows = [{"number": str(n), "measurement": each} for n in numbers for each in ("a", "b", "c")]
        known = [{name: row[name] for name in self._columns} for row in rows]
        return httpx.Response(200, text="".join(lines(self._columns, known)))


def test_parts_are_halved_until_they_are_small_enough() -> None:
    service = Service(total=120, most=60)
    rows = [*table_rows(cast(RemoteService, service), "/b", 120, "long")]
    assert [(row["number"], row["measurement"]) for row in rows] == [
        (str(n), each) for n in range(120) for each in "abc"
    ]
    assert service.asked == [(0, 200), (0, 100), (0, 50), (50, 50), (100, 50)]


def test_a_photograph_that_is_too_large_alone_ends_it() -> None:
    with pytest.raises(TooLargeError, match="4 MiB"):
        next(table_rows(cast(RemoteService, Service(total=1, most=0)), "/b", 1, "long"))


def test_an_older_service_is_named() -> None:
    with pytest.raises(RemoteError, match="too old"):
        next(table_rows(cast(RemoteService, Service(total=1, most=9, columns=("number",))), "/b", 1, "long"))
