"""Runs a batch on a remote service for the command line: sends the photographs and downloads the results.

The output folder gets the images, results.csv, measurements.csv if wanted, and batch.json, which lets the same command
continue an interrupted run.
No photograph is dropped: those that could not be sent are in results.csv, too.
"""

import csv
import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from retina.cli.batch_file import START_OVER, BatchFile
from retina.cli.growing_table import demand_writable
from retina.cli.measurement_table import MEASUREMENTS_FILE
from retina.cli.output_errors import OutputFolderError
from retina.cli.own_words import in_own_words
from retina.cli.remote_service import ATTEMPTS, TIMEOUT, GoneError, RefusedError, RemoteService, pause
from retina.cli.remote_tables import Form, table_rows
from retina.cli.replacing import replace_together
from retina.cli.results import RESULTS
from retina.cli.saved_elsewhere import demand_as_written
from retina.errors import PhotographError, PhotographUnreadableError
from retina.imaging.decoding.damage import DAMAGE, DAMAGED
from retina.imaging.decoding.dicom.mark import is_dicom
from retina.jobs.archive import plain
from retina.tables import lines

CONNECTIONS = 4
"""Photographs sent, or results downloaded, at a time."""
POLL_SECONDS = 2.0
WAITING = "waiting"
FINISHED = ("done", "rejected", "failed")
RECOGNISED = ("number", "file", "status")
"""The columns that both tables of every version of the service have."""
UNSENT = {"status": "failed", "code": "file_error"}


class RemoteBatch:
    """A batch of `files` on the service at `url`, authorised by an API `key`, with the results in `out`; with
    `measurements` also in long form. A folder that has them in long form keeps them up to date.

    `not_retried` is the sentence why photographs that had failed are not tried again, "" if they are.
    """

    def __init__(
        self,
        files: Sequence[Path],
        out: Path,
        url: str,
        key: str,
        options: dict[str, Any],
        *,
        measurements: bool = False,
    ) -> None:
        self._files, self._out = files, out
        self._service = RemoteService(url, key)
        self._unsent: dict[int, str] = {}
        self.not_retried = ""
        self._form: dict[str, Any] = {}
        self._id = self._create_or_resume(options)
        self._measurements = measurements or (out / MEASUREMENTS_FILE).exists()

    def send(self) -> Iterator[int]:
        """Send the photographs that have not arrived yet; yields the number of finished items from time to time."""
        waiting = [item["number"] for item in self._items() if item["state"] == WAITING]
        if waiting:
            self._form = self._service.json("POST", f"{self._path}/upload")
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            running = [threads.submit(self._send, number) for number in waiting]
            try:
                while not all(each.done() for each in running):
                    yield self._finished()
                    time.sleep(POLL_SECONDS)
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise
            for each in running:
                each.result()
        while (finished := self._finished()) < len(self._files):
            yield finished
            time.sleep(POLL_SECONDS)
        yield finished

    def fetch(self) -> dict[int, tuple[str, str]]:
        """Write the images and the tables to the folder; returns status and reason by number.

        Raises `OutputFolderError` if a table there may not be replaced; then none is.
        """
        rows = [*self._rows("wide")]
        tables = {RESULTS: iter(rows)} | ({MEASUREMENTS_FILE: self._rows("long")} if self._measurements else {})
        partials = {self._out / name: self._out / f".{name}.partial" for name in tables}
        try:
            for path, partial in partials.items():
                _write(partial, tables[path.name], path)
            with ThreadPoolExecutor(CONNECTIONS) as threads:
                for _ in threads.map(self._fetch, [item for item in self._items() if item["state"] == "done"]):
                    pass
            replace_together(partials)
        finally:
            for partial in partials.values():
                partial.unlink(missing_ok=True)
        return {int(row["number"]): (row["status"], row["reason"]) for row in rows}

    def _rows(self, form: Form) -> Iterator[dict[str, str]]:
        """The rows of the service's table in the command line's own words, and why photographs were not sent."""
        for row in table_rows(self._service, self._path, len(self._files), form):
            if row["status"] == WAITING:
                row |= UNSENT | {"reason": self._unsent[int(row["number"])]}
            yield row | {"reason": in_own_words(row["reason"])}

    @property
    def _path(self) -> str:
        return f"/api/v1/batches/{self._id}"

    def _create_or_resume(self, options: dict[str, Any]) -> str:
        """The id of the batch that an earlier run created for this folder, or of a new one."""
        self._out.mkdir(parents=True, exist_ok=True)
        file = BatchFile(self._out, self._service.url, self._files, options)
        if (id := file.read()) is not None:
            return self._resume(id)
        for table in (self._out / RESULTS, self._out / MEASUREMENTS_FILE):
            if table.exists():
                raise OutputFolderError(f"{table} is in the way. Choose another --out.")
        # Announce unreadable files, too: they will not arrive, and their rows say why.
        items = [
            {"name": name[-255:], "size": size if changed else 1}
            for name, (size, changed) in zip(file.names, file.stamps, strict=True)
        ]
        id = str(self._service.json("POST", "/api/v1/batches", json={"items": items} | options)["id"])
        file.write(id)
        return id

    def _resume(self, id: str) -> str:
        """Continue the batch with this id, retrying its failed photographs."""
        try:
            if self._service.json("GET", f"/api/v1/batches/{id}")["counts"]["failed"]:
                self._service.json("POST", f"/api/v1/batches/{id}/retry")
        except GoneError as error:
            raise OutputFolderError(f"The service no longer has this batch. {START_OVER}") from error
        except RefusedError as error:  # for want of credits, for example: the rest is sent and fetched nevertheless
            self.not_retried = str(error)
        return id

    def _send(self, number: int) -> None:
        try:
            data = _without_header(self._files[number].read_bytes())
        except OSError as error:
            self._unsent[number] = f"The file could not be read: {error}."
            return
        except PhotographError as error:
            self._unsent[number] = str(error)
            return
        for attempt in range(ATTEMPTS):
            pause(attempt)
            form = self._form
            files = {"file": (str(number), data)}
            try:
                # Not with the client: the upload form is the permission, and the API key must not go anywhere else.
                answer = httpx.post(form["url"], data=form["fields"], files=files, timeout=TIMEOUT)
            except httpx.TransportError as error:
                reason = f"The photograph could not be sent: {error}."
            else:
                if answer.is_success:
                    return
                reason = f"The photograph was not accepted: HTTP {answer.status_code}."
                if answer.status_code == httpx.codes.FORBIDDEN and form is self._form:
                    self._form = self._service.json("POST", f"{self._path}/upload")
        self._unsent[number] = f"{reason} Run the same command again."

    def _finished(self) -> int:
        """How many photographs are done, rejected or failed, including those that could not be sent."""
        if self._unsent:  # some of these may have arrived after all
            states = [(item["state"], item["number"]) for item in self._items()]
            return sum(state in FINISHED or (state == WAITING and number in self._unsent) for state, number in states)
        counts = self._service.json("GET", self._path)["counts"]
        return sum(int(counts[state]) for state in FINISHED)

    def _items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = None
        while cursor or not found:
            page = self._service.json(
                "GET", f"{self._path}/items", params={"limit": 1000} | ({"cursor": cursor} if cursor else {})
            )
            found += page["items"]
            cursor = page["next"]
            if not cursor:
                break
        return found

    def _fetch(self, item: dict[str, Any]) -> None:
        for url in item["image_urls"].values():
            target = self._out / f"{item['number']:05d}_{plain(item['name'])}_{url.rpartition('/')[2]}"
            if not target.exists():
                link = self._service.answer("GET", url).headers["Location"]
                partial = target.with_name(f".{target.name}.partial")
                partial.write_bytes(self._service.download(link))
                partial.replace(target)


def _write(partial: Path, rows: Iterator[dict[str, str]], path: Path) -> None:
    """Write the table that is to replace the one at `path`. Raises `OutputFolderError` if that may not be replaced."""
    demand_writable(path)
    columns = next(rows)
    try:
        demand_as_written(path, RECOGNISED, columns)
    except FileNotFoundError:
        pass
    except csv.Error as error:
        raise OutputFolderError(f"{path} is damaged: {error}. Move it away, or choose another --out.") from error
    with partial.open("w", newline="", encoding="utf-8") as file:
        file.writelines(lines(columns, itertools.chain([columns], rows)))


def _without_header(data: bytes) -> bytes:
    """The file as it is sent: a DICOM file without who the patient is. Raises the `PhotographError`s if it is one that
    cannot be read.
    """
    if not is_dicom(data):
        return data
    from retina.imaging.decoding.dicom.stripping import stripped  # loads pydicom, which takes a while

    try:
        return stripped(data)
    except DAMAGE as error:
        raise PhotographUnreadableError(DAMAGED) from error
