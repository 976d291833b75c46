"""ZIP files of a batch or of the history, each a part of an export and whole in itself.

Enters: what is kept, from a place on; leaves: a stream with a table, and a folder or a name for each photograph, until
there are no more or the part is full; then the place where the next part begins. Pictures are packed as they are, for
they are compressed already, and read ahead, several at a time; no more of them are held than fit into `AHEAD_BYTES`, or
those of one photograph.
"""

import re
import time
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TypeVar, cast

from retina.batches.records import Batch
from retina.batches.service import Batches, Item
from retina.batches.tables import batch_table
from retina.history.answers import told
from retina.history.records import Saved
from retina.history.service import History
from retina.history.tables import history_table
from retina.imaging.rendering import FILES, KEPT
from retina.imaging.schemas import Findings
from retina.storage.port import Blobs, Stream

T = TypeVar("T")
AT_ONCE = 16
"""Pictures fetched at the same time: of a store that answers over a network, most of the time is waiting."""
AHEAD_BYTES = 64 * 2**20
PAGE = 100
LOOK_SECONDS = 2
"""How often it is looked whether the export is still wanted."""
Tables = Iterable[tuple[str, Iterator[str]]]
"""Names of files, and their lines."""


@dataclass
class Part:
    """The ZIP file that goes to `stream`: full at `most` bytes or when `ends` (monotonic seconds) has come.

    `still` raises where the export is wanted no more.
    """

    stream: Stream
    most: float
    ends: float
    still: Callable[[], None]
    size: int = 0
    looked: float = 0

    def write(self, data: bytes, /) -> int:
        """To the stream, counted."""
        self.size += len(data)
        return self.stream.write(data)

    def flush(self) -> None:
        """See `port.Stream`."""
        self.stream.flush()

    def full(self) -> bool:
        """Whether the next photograph belongs into another part."""
        now = time.monotonic()
        if now - self.looked > LOOK_SECONDS:
            self.looked = now
            self.still()
        return self.size >= self.most or now >= self.ends

    def archive(self) -> zipfile.ZipFile:
        """Where files are added; it is never gone back in."""
        return zipfile.ZipFile(cast(IO[bytes], self), "w")


def pack_batch(batch: Batch, batches: Batches, blobs: Blobs, part: Part, place: str | None) -> str | None:
    """results.csv, and the pictures of every photograph that is done, named by its number and its own name.

    From the photograph of the number `place` on; the number at which the next part begins, if any.
    """

    def pictures(item: Item) -> list[tuple[str, str]]:
        kept = [FILES[output][0] for output in batch.order.outputs] if item.state == "done" else []
        stem = f"{item.number:05d}_{plain(item.name)}"
        return [(f"{batch.folder}{item.number}/{name}", f"{stem}_{name}") for name in kept]

    items = [*batches.items(batch, int(place or 0))]
    entries = ((item, pictures(item), _most(item.outcome.findings if item.outcome else None)) for item in items)
    packed = list[Item]()
    with part.archive() as archive:
        for item, files in _read_ahead(blobs, entries):
            if packed and part.full():
                break
            _add(archive, files)
            packed.append(item)
        archive.writestr("results.csv", batch_table(packed), zipfile.ZIP_DEFLATED)
    return str(packed[-1].number + 1) if len(packed) < len(items) else None


def pack_history(
    account: str, history: History, blobs: Blobs, part: Part, place: str | None, tables: Tables = ()
) -> str | None:
    """history.csv, and for each prediction a folder with everything that is kept of it; `tables` in the last part.

    From beyond `place` on; the place beyond which the next part begins, if any.
    """

    def entries() -> Iterator[tuple[Saved, list[tuple[str, str]], int]]:
        for saved in _saved(account, history, place):
            files = [(saved.key_of(name), f"{_folder(saved)}/{name}.png") for name in KEPT]
            yield saved, files, _most(saved.findings)

    packed, ended = list[Saved](), True
    with part.archive() as archive:
        for saved, files in _read_ahead(blobs, entries()):
            if packed and part.full():
                ended = False
                break
            facts = told(saved).model_dump_json(indent=2, exclude={"image_urls"})
            archive.writestr(f"{_folder(saved)}/prediction.json", facts, zipfile.ZIP_DEFLATED)
            _add(archive, files)
            packed.append(saved)
        archive.writestr("history.csv", history_table(packed), zipfile.ZIP_DEFLATED)
        if ended:
            _add_tables(archive, tables, part)
    return None if ended else packed[-1].place


def _add_tables(archive: zipfile.ZipFile, tables: Tables, part: Part) -> None:
    for name, lines in tables:
        part.still()
        entry = zipfile.ZipInfo(name, time.localtime()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(entry, "w", force_zip64=True) as file:
            for line in lines:
                file.write(line.encode())


def _saved(account: str, history: History, after: str | None) -> Iterator[Saved]:
    while True:
        page, after = history.of(account, limit=PAGE, after=after)
        yield from page
        if after is None:
            return


def _most(findings: Findings | None) -> int:
    """How many bytes the pictures of one photograph have at most: RGB, and four of less."""
    return findings.photograph.width * findings.photograph.height * 5 if findings else 0


def _read_ahead(
    blobs: Blobs, entries: Iterable[tuple[T, list[tuple[str, str]], int]]
) -> Iterator[tuple[T, list[tuple[str, bytes | None]]]]:
    """Each with its files, by name, from their keys; `entries` say how many bytes these have at most."""
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


def _add(archive: zipfile.ZipFile, files: list[tuple[str, bytes | None]]) -> None:
    """What was deleted meanwhile is left out."""
    for name, data in files:
        if data is not None:
            archive.writestr(name, data)


def _folder(saved: Saved) -> str:
    return f"{saved.day}_{plain(saved.labels.subject or 'no-label')}_{saved.labels.eye}_{saved.id[:8]}"


def plain(name: str) -> str:
    """A name of a person's as a part of a file's name anywhere, and never a path."""
    return re.sub(r"[^\w.-]+", "-", PurePosixPath(name.replace("\\", "/")).stem)[:80].strip(".-") or "photograph"
