"""ZIP files of a batch or of the history: each is one part of an export and complete in itself.

A part takes photograph after photograph until it is full or there are no more, plus a table of them; then the caller
gets the position at which the next part starts. Images are added without compression, since they are compressed
already. They are read ahead, several at a time, but never more than `AHEAD_BYTES` or one photograph's worth.
"""

import re
import time
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TypeVar, cast

from retina.batches.records import LARGE, Batch, Item
from retina.batches.service import Batches
from retina.batches.tables import batch_lines, batch_measurement_lines
from retina.history.answers import saved_response
from retina.history.records import PredictionRecord
from retina.history.service import History
from retina.history.tables import history_lines, history_measurement_lines
from retina.imaging.rendering import FILES
from retina.imaging.schemas import Findings
from retina.storage.port import Blobs, Stream

T = TypeVar("T")
AT_ONCE = 16
"""Images fetched at the same time: over a network, most of the time is spent waiting for the store."""
AHEAD_BYTES = 64 * 2**20
PAGE = 100
NAME_BYTES = 160
"""A file name may have 255 bytes, and a character four."""
LONG = "measurements.csv"
"""The table in long form."""
LOOK_SECONDS = 2
"""How often to check that the export is still wanted."""
Tables = Iterable[tuple[str, Iterator[str]]]
"""File names with the lines of each file."""


@dataclass
class Part:
    """A ZIP file written to `stream`, full at `most` bytes or at the time `ends` (monotonic seconds).

    `still` raises if the export is no longer wanted.
    """

    stream: Stream
    most: float
    ends: float
    still: Callable[[], None]
    size: int = 0
    looked: float = 0

    def write(self, data: bytes, /) -> int:
        """Write to the stream and count the bytes."""
        self.size += len(data)
        return self.stream.write(data)

    def flush(self) -> None:
        """See `port.Stream`."""
        self.stream.flush()

    def full(self) -> bool:
        """Whether the next photograph goes into another part."""
        now = time.monotonic()
        if now - self.looked > LOOK_SECONDS:
            self.looked = now
            self.still()
        return self.size >= self.most or now >= self.ends

    def archive(self) -> zipfile.ZipFile:
        """The ZIP file to add files to; it is written strictly forwards."""
        return zipfile.ZipFile(cast(IO[bytes], self), "w")


def pack_batch(batch: Batch, batches: Batches, blobs: Blobs, part: Part, place: str | None) -> str | None:
    """Pack the results in both forms, and the images of every finished photograph, named by its number and its name.

    Starts with photograph number `place`; returns the number at which the next part starts, or None.
    """

    def pictures(item: Item) -> list[tuple[str, str]]:
        stored = [FILES[output][0] for output in batch.order.outputs] if item.state == "done" else []
        stem = f"{item.number:05d}_{plain(item.name)}"
        return [(f"{batch.folder}{item.number}/{name}", f"{stem}_{name}") for name in stored]

    items = [*batches.items.of(batch, int(place or 0))]
    entries = ((item, pictures(item), most_bytes(item.outcome.findings if item.outcome else None)) for item in items)
    packed = list[Item]()
    with part.archive() as archive:
        for item, files in read_ahead(blobs, entries):
            if packed and part.full():
                break
            add_files(archive, files)
            packed.append(item)
        tables = [("results.csv", batch_lines(packed)), (LONG, batch_measurement_lines(_whole(batch, batches, packed)))]
        add_tables(archive, tables, part)
    return str(packed[-1].number + 1) if len(packed) < len(items) else None


def pack_history(
    account: str, history: History, blobs: Blobs, part: Part, place: str | None, tables: Tables = ()
) -> str | None:
    """Pack the history in both forms, and a folder for each prediction with all its data; the last part also gets
    `tables`.

    Starts after the cursor `place`; returns the cursor for the next part, or None.
    """

    def entries() -> Iterator[tuple[PredictionRecord, list[tuple[str, str]], int]]:
        for saved in saved_predictions(account, history, place):
            files = [(saved.key_of(name), f"{_folder(saved)}/{name}.png") for name in saved.images]
            yield saved, files, most_bytes(saved.findings)

    packed, ended = list[PredictionRecord](), True
    with part.archive() as archive:
        for saved, files in read_ahead(blobs, entries()):
            if packed and part.full():
                ended = False
                break
            facts = saved_response(saved).model_dump_json(indent=2, exclude={"image_urls"})
            archive.writestr(f"{_folder(saved)}/prediction.json", facts, zipfile.ZIP_DEFLATED)
            add_files(archive, files)
            packed.append(saved)
        add_tables(archive, [("history.csv", history_lines(packed)), (LONG, history_measurement_lines(packed))], part)
        if ended:
            add_tables(archive, tables, part)
    return None if ended else packed[-1].place


def _whole(batch: Batch, batches: Batches, packed: Sequence[Item]) -> Iterator[Item]:
    """The items with all that was measured, one after the other: all at once would take gigabytes."""
    again = batches.items.of(batch, packed[0].number, len(packed), LARGE) if packed else ()
    for item, whole in zip(packed, again, strict=True):
        yield whole if item.state == "done" else item


def add_tables(archive: zipfile.ZipFile, tables: Tables, part: Part) -> None:
    """Add `tables`, compressed; raises what `part.still` raises."""
    for name, lines in tables:
        part.still()
        entry = zipfile.ZipInfo(name, time.localtime()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(entry, "w", force_zip64=True) as file:
            for line in lines:
                file.write(line.encode())


def saved_predictions(account: str, history: History, after: str | None) -> Iterator[PredictionRecord]:
    """The saved predictions of an account after the cursor `after`, latest first."""
    while True:
        page, after = history.of(account, limit=PAGE, after=after)
        yield from page
        if after is None:
            return


def most_bytes(findings: Findings | None) -> int:
    """The upper bound in bytes for the images of one photograph: one RGB and four smaller ones, together 5 bytes a
    pixel.
    """
    return findings.photograph.width * findings.photograph.height * 5 if findings else 0


def read_ahead(
    blobs: Blobs, entries: Iterable[tuple[T, list[tuple[str, str]], int]]
) -> Iterator[tuple[T, list[tuple[str, bytes | None]]]]:
    """Yields each entry with its files (name and content), read ahead from their keys. `entries` give the most bytes
    that their files can have.
    """
    ahead, held = deque[tuple[T, list[tuple[str, Future[bytes | None]]], int]](), 0
    threads = ThreadPoolExecutor(AT_ONCE)
    try:
        for one, files, size in entries:
            while ahead and (held + size > AHEAD_BYTES or len(ahead) >= AT_ONCE):
                first, reading, freed = ahead.popleft()
                yield first, [(name, future.result()) for name, future in reading]
                held -= freed
            ahead.append((one, [(name, threads.submit(blobs.read, key)) for key, name in files], size))
            held += size
        for first, reading, _ in ahead:
            yield first, [(name, future.result()) for name, future in reading]
    finally:
        threads.shutdown(cancel_futures=True)


def add_files(archive: zipfile.ZipFile, files: list[tuple[str, bytes | None]]) -> None:
    """Files that were deleted in the meantime are left out."""
    for name, data in files:
        if data is not None:
            archive.writestr(name, data)


def _folder(saved: PredictionRecord) -> str:
    return f"{saved.day}_{plain(saved.labels.subject or 'no-label')}_{saved.labels.eye}_{saved.id[:8]}"


def plain(name: str) -> str:
    """A name chosen by a user as part of a file name that is valid anywhere, and never a path: at most 80 characters
    and `NAME_BYTES`.
    """
    short = re.sub(r"[^\w.-]+", "-", PurePosixPath(name.replace("\\", "/")).stem)[:80]
    return short.encode()[:NAME_BYTES].decode(errors="ignore").strip(".-") or "photograph"
