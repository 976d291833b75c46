"""The tables of a batch on a remote service, fetched in parts because no response is larger than 4 MiB."""

import io
from collections.abc import Iterator
from typing import Literal

from retina.cli.remote_service import RemoteError, RemoteService, TooLargeError
from retina.tables import read

Form = Literal["wide", "long"]

PHOTOGRAPHS: dict[Form, int] = {"wide": 2000, "long": 200}
"""How many a request asks for at first; half as many as long as the response would be too large."""


def table_rows(service: RemoteService, path: str, total: int, form: Form) -> Iterator[dict[str, str]]:
    """The rows of the table of the batch at `path`, which has `total` photographs: one for each, or in long form one
    for each measurement. Raises `RemoteError` if the service has no such table.
    """
    first, limit = 0, PHOTOGRAPHS[form]
    while first < total:
        part = {"first": first, "limit": limit} | ({} if form == "wide" else {"form": form})
        try:
            answer = service.answer("GET", f"{path}/results.csv", params=part)
        except TooLargeError:
            if limit == 1:
                raise
            limit //= 2
            continue
        columns, rows = read(io.StringIO(answer.text, newline=""))
        if form == "long" and "measurement" not in columns:
            raise RemoteError("This service is too old to write one row for each measurement.")
        for row in rows:
            if first <= int(row["number"]) < first + limit:  # an older service responds with the whole table
                yield row
        first += limit
