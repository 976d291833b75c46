"""ZIP files of a batch or of the history.

Enters: what is kept; leaves: a file with a table, and a folder or a name for each photograph. Pictures are packed as
they are, for they are compressed already, and fetched several at a time.
"""

import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath
from typing import BinaryIO

from retina.batch import Batch
from retina.batches import Batches
from retina.findings import told
from retina.history import History
from retina.pictures import FILES, KEPT
from retina.saved import Saved
from retina.store.port import Blobs
from retina.tables import batch_table, history_table

AT_ONCE = 16
"""Pictures fetched at the same time: of a store that answers over a network, most of the time is waiting."""
PAGE = 100


def pack_batch(batch: Batch, batches: Batches, blobs: Blobs, file: BinaryIO) -> None:
    """results.csv, and the pictures of every photograph that is done, named by its number and its own name."""
    items = [*batches.items(batch)]
    names = [
        (f"{batch.folder}{item.number}/{kept}", f"{item.number:05d}_{plain(item.name)}_{kept}")
        for item in items
        if item.state == "done"
        for kept, _ in (FILES[output] for output in batch.order.outputs)
    ]
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("results.csv", batch_table(items), zipfile.ZIP_DEFLATED)
        _pack(archive, blobs, names)


def pack_history(account: str, history: History, blobs: Blobs, file: BinaryIO) -> None:
    """history.csv, and for each prediction a folder with everything that is kept of it."""
    with zipfile.ZipFile(file, "w") as archive:
        rows = []
        for some in _pages(account, history):
            rows += some
            for saved in some:
                facts = told(saved).model_dump_json(indent=2, exclude={"image_urls"})
                archive.writestr(f"{_folder(saved)}/prediction.json", facts, zipfile.ZIP_DEFLATED)
            names = [(saved.key_of(name), f"{_folder(saved)}/{name}.png") for saved in some for name in KEPT]
            _pack(archive, blobs, names)
        archive.writestr("history.csv", history_table(rows), zipfile.ZIP_DEFLATED)


def _pages(account: str, history: History) -> Iterator[list[Saved]]:
    after: str | None = None
    while True:
        page, after = history.of(account, limit=PAGE, after=after)
        yield page
        if after is None:
            return


def _pack(archive: zipfile.ZipFile, blobs: Blobs, names: list[tuple[str, str]]) -> None:
    """Blobs by key, under their names; what was deleted meanwhile is left out."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for begin in range(0, len(names), AT_ONCE):  # no more than these are held at a time
            some = names[begin : begin + AT_ONCE]
            for data, (_, name) in zip(threads.map(lambda pair: blobs.read(pair[0]), some), some, strict=True):
                if data is not None:
                    archive.writestr(name, data)


def _folder(saved: Saved) -> str:
    return f"{saved.day}_{plain(saved.labels.subject or 'no-label')}_{saved.labels.eye}_{saved.id[:8]}"


def plain(name: str) -> str:
    """A name of a person's as a part of a file's name anywhere, and never a path."""
    return re.sub(r"[^\w.-]+", "-", PurePosixPath(name.replace("\\", "/")).stem)[:80].strip(".-") or "photograph"
