"""Retention in the embedded stores: a timer deletes what has expired, whether or not any request comes in.

A batch's photographs and results are deleted with its record, whenever they arrived. In the cloud, S3 lifecycle rules
and DynamoDB's time to live do this.
"""

import logging
import re
import threading
import time
from pathlib import Path

from retina.services import Services
from retina.storage.files import entries, files_below, remove
from retina.storage.local import RESULTS
from retina.storage.port import (
    ANSWERS,
    BATCH,
    DAY,
    RETENTION_DAYS,
)
from retina.storage.sqlite import SqliteRecords

log = logging.getLogger("retina")

PARTIAL = re.compile(r"\..+\.[0-9a-f]{8}")
EVERY_SECONDS = 900
RETRY_SECONDS = 60
ABANDONED_SECONDS = 3600
"""Seconds without a write after which a half-written file, or a batch's folder without a record, counts as
abandoned.
"""


class Retention:
    """A thread that deletes what has expired, at once and then every 15 minutes; use it as a context manager.

    It also refills the disk space reserved for a full disk, once there is room again.
    """

    def __init__(self, services: Services) -> None:
        self._services, self._stopping = services, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Retention":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                delete_expired(self._services)
                pause = EVERY_SECONDS
            except Exception:  # a full disk or a locked database: it may pass
                log.exception("what has expired could not be deleted")
                pause = RETRY_SECONDS
            self._services.refill_reserves()


def delete_expired(services: Services) -> None:
    """Delete everything that the embedded stores should no longer hold, and finish deletions that were interrupted."""
    settings, records = services.settings, services.records
    if isinstance(records, SqliteRecords):
        records.delete_expired()
        for partition in records.partitions("left:"):
            services.history.leftovers.sweep(partition.removeprefix("left:"))
    for embedded, folder in (
        (not settings.uploads_bucket, settings.data),
        (not settings.results_bucket, settings.data / RESULTS),
    ):
        if embedded:
            _forget_expired(folder)
            _forget_batches(services, folder / BATCH)
            _forget_partial(folder)
    records.erase(thorough=True)


def _forget_expired(folder: Path) -> None:
    """Delete what is older than `RETENTION_DAYS` allows: uploads, stored responses, and batches as a whole."""
    for prefix, days in RETENTION_DAYS.items():
        paths = entries(folder / prefix)
        if prefix == ANSWERS:  # in a folder per account; versions before 0.2.0 stored them without
            inside = [path for account in paths for path in entries(account)]
            paths = [*inside, *(path for path in paths if path.is_file())]
        for path in paths:
            if _age(path) > days * DAY:
                remove(path) if path.is_dir() else path.unlink(missing_ok=True)


def _forget_batches(services: Services, folder: Path) -> None:
    for path in entries(folder):
        if _age(path) > ABANDONED_SECONDS and not services.claims.there(path.name, 0):
            services.uploads.delete_all(f"{BATCH}{path.name}/")
            services.results.delete_all(f"{BATCH}{path.name}/")


def _forget_partial(folder: Path) -> None:
    for path in files_below(folder):
        if PARTIAL.fullmatch(path.name) and _age(path) > ABANDONED_SECONDS:
            path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # deleted in the meantime
        return 0
