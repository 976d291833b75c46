"""Runs a batch on a remote service for the command line: sends the photographs and fetches the results.

The output folder gets the images, results.csv, and batch.json, which lets the same command continue an interrupted run.
No photograph is dropped: those that could not be sent are in results.csv, too.
"""

import functools
import io
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from retina.cli.results import RESULTS, OutputFolderError
from retina.errors import PhotographError, PhotographUnreadableError
from retina.imaging.decoding.damage import DAMAGE, DAMAGED
from retina.imaging.decoding.dicom.mark import is_dicom
from retina.jobs.archive import plain
from retina.tables import lines, read

BATCH_FILE = "batch.json"
SENDERS, TRIES = 4, 6
PATIENCE = httpx.Timeout(120, connect=20)
POLL_SECONDS = 2.0
ROWS = 2000
"""Rows of the table per request."""
WAITING = "waiting"
OVER = ("done", "rejected", "failed")
ANEW = "Choose another --out to start over."
UNSENT = {"status": "failed", "code": "file_error"}


class RemoteError(Exception):
    """The service refused a request or cannot be reached; the message says why."""


class GoneError(RemoteError):
    """The service does not know the requested resource."""


class RemoteBatch:
    """A batch of `files` on the service at `url`, authorised by an API `key`, with the results in `out`."""

    def __init__(self, files: Sequence[Path], out: Path, url: str, key: str, options: dict[str, Any]) -> None:
        self._files, self._out = files, out
        try:
            self._client = httpx.Client(base_url=url.rstrip("/"), headers={"X-API-Key": key}, timeout=PATIENCE)
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise RemoteError(f"The address or the key is not valid: {error}.") from error
        self._unsent: dict[int, str] = {}
        self._form: dict[str, Any] = {}
        self._id = self._begin(options)

    def send(self) -> Iterator[int]:
        """Send the photographs that have not arrived yet; yields the number of finished items from time to time."""
        waiting = [item["number"] for item in self._items() if item["state"] == WAITING]
        if waiting:
            self._form = self._ask("POST", f"{self._path}/upload")
        with ThreadPoolExecutor(SENDERS) as threads:
            running = [threads.submit(self._send, number) for number in waiting]
            try:
                while not all(each.done() for each in running):
                    yield self._over()
                    time.sleep(POLL_SECONDS)
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise
            for each in running:
                each.result()
        while (over := self._over()) < len(self._files):
            yield over
            time.sleep(POLL_SECONDS)
        yield over

    def fetch(self) -> dict[int, tuple[str, str]]:
        """Write the table and the images to the folder; returns status and reason by number."""
        rows = [*self._rows()]
        for row in rows:
            if row["status"] == WAITING:
                row |= UNSENT | {"reason": self._unsent[int(row["number"])]}
        with ThreadPoolExecutor(SENDERS) as threads:
            for _ in threads.map(self._fetch, [item for item in self._items() if item["state"] == "done"]):
                pass
        partial = self._out / f".{RESULTS}.partial"
        with partial.open("w", newline="", encoding="utf-8") as file:
            file.writelines(lines(rows[0], rows))
        partial.replace(self._out / RESULTS)
        return {int(row["number"]): (row["status"], row["reason"]) for row in rows}

    def _rows(self) -> Iterator[dict[str, str]]:
        """The rows of the service's table, fetched in parts because no response is larger than 4 MiB."""
        for first in range(0, len(self._files), ROWS):
            part = {"first": first, "limit": ROWS}
            table = self._answer("GET", f"{self._path}/results.csv", params=part).text
            for row in read(io.StringIO(table, newline=""))[1]:
                if first <= int(row["number"]) < first + ROWS:  # an older service responds with the whole table
                    yield row

    @property
    def _path(self) -> str:
        return f"/api/v1/batches/{self._id}"

    def _begin(self, options: dict[str, Any]) -> str:
        """The id of the batch that an earlier run created for this folder, or of a new one."""
        self._out.mkdir(parents=True, exist_ok=True)
        note, stamps = self._out / BATCH_FILE, [_stamp(file) for file in self._files]
        # File names need not be valid UTF-8, but JSON does.
        names = [os.fsencode(file).decode("utf-8", "replace") for file in self._files]
        told = {"url": str(self._client.base_url), "files": names, "stamps": stamps, "wishes": options}
        if note.exists():
            try:
                known = json.loads(note.read_text(encoding="utf-8"))
                same = {name: known[name] for name in told} == told
                id = str(known["id"])
            except (ValueError, KeyError, TypeError) as error:
                raise OutputFolderError(f"{note} is damaged. Choose another --out.") from error
            if not same:
                raise OutputFolderError(f"{note} belongs to other photographs or options, or they have changed. {ANEW}")
            return self._go_on(id)
        if (self._out / RESULTS).exists():
            raise OutputFolderError(f"{self._out / RESULTS} is in the way. Choose another --out.")
        # Announce unreadable files, too: they will not arrive, and their rows say why.
        items = [
            {"name": name[-255:], "size": size if changed else 1}
            for name, (size, changed) in zip(names, stamps, strict=True)
        ]
        id = str(self._ask("POST", "/api/v1/batches", json={"items": items} | options)["id"])
        partial = note.with_suffix(".partial")
        partial.write_text(json.dumps(told | {"id": id}), encoding="utf-8")
        partial.replace(note)
        return id

    def _go_on(self, id: str) -> str:
        """Continue the batch with this id, retrying its failed photographs."""
        try:
            if self._ask("GET", f"/api/v1/batches/{id}")["counts"]["failed"]:
                self._ask("POST", f"/api/v1/batches/{id}/retry")
        except GoneError as error:
            raise OutputFolderError(f"The service no longer has this batch. {ANEW}") from error
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
        for attempt in range(TRIES):
            form = self._form
            files = {"file": (str(number), data)}
            try:
                # Not with the client: the upload form is the permission, and the API key must not go anywhere else.
                answer = httpx.post(form["url"], data=form["fields"], files=files, timeout=PATIENCE)
            except httpx.TransportError as error:
                reason = f"The photograph could not be sent: {error}."
            else:
                if answer.is_success:
                    return
                reason = f"The photograph was not accepted: HTTP {answer.status_code}."
                if answer.status_code == httpx.codes.FORBIDDEN and form is self._form:
                    self._form = self._ask("POST", f"{self._path}/upload")
            time.sleep(min(2**attempt / 4, 5))
        self._unsent[number] = f"{reason} Run the same command again."

    def _over(self) -> int:
        if self._unsent:  # some of these may have arrived after all
            states = [(item["state"], item["number"]) for item in self._items()]
            return sum(state in OVER or (state == WAITING and number in self._unsent) for state, number in states)
        counts = self._ask("GET", self._path)["counts"]
        return sum(int(counts[state]) for state in OVER)

    def _items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = None
        while cursor or not found:
            page = self._ask(
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
                link = self._answer("GET", url).headers["Location"]
                partial = target.with_name(f".{target.name}.partial")
                partial.write_bytes(self._tried(functools.partial(httpx.get, link, timeout=PATIENCE)).content)
                partial.replace(target)

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        return self._answer(method, path, **more).json()

    def _answer(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._tried(lambda: self._client.request(method, path, **more))

    def _tried(self, call: Callable[[], httpx.Response]) -> httpx.Response:
        """Call with retries; returns the first response that is not a temporary failure. Raises `RemoteError` for a
        refusal.
        """
        for attempt in range(TRIES):
            try:
                answer = call()
            except httpx.TransportError as error:
                trouble = f"{self._client.base_url} cannot be reached: {error}"
            except httpx.InvalidURL as error:
                raise RemoteError(f"{self._client.base_url} is not the address of a service: {error}.") from error
            else:
                if answer.is_success or answer.is_redirect:
                    return answer
                trouble = _detail(answer)
                if answer.status_code == httpx.codes.NOT_FOUND:
                    raise GoneError(trouble)
                if answer.status_code not in (429, 500, 502, 503, 504):
                    break
            time.sleep(min(2**attempt / 4, 5))
        raise RemoteError(f"{trouble.rstrip('.')}.")


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


def _stamp(file: Path) -> list[int]:
    """Size in bytes and modification time, to recognise an unchanged file; zeros if it does not exist."""
    try:
        found = file.stat()
    except OSError:
        return [0, 0]
    return [found.st_size, found.st_mtime_ns]


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.request.url} answered {answer.status_code}"
