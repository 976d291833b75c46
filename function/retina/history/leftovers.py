"""What a failed write or an interrupted deletion of the history leaves behind, and how it is found and deleted.

A note names a folder of images that no record refers to, or soon will not.
"""

import time
from collections import Counter
from typing import Any

from retina.exports.copies import Copies
from retina.history.records import PredictionRecord
from retina.storage.port import HISTORY, Blobs
from retina.storage.records import Delete, Key, Put, Records

SWEPT_SECONDS = 3600
"""The age in seconds at which images without a record count as left behind."""


class Leftovers:
    """The notes in `records` of folders in `blobs`, and of predictions whose `copies` are deleted with them."""

    def __init__(self, records: Records, blobs: Blobs, copies: Copies) -> None:
        self._records, self._blobs, self._copies = records, blobs, copies

    def begun(self, account: str, id: str) -> bool:
        """Whether a deletion of the prediction, or of its correction, was interrupted."""
        return any(row.data.get("deleted") == id for row in self._records.query(_partition(account)))

    def sweep(self, account: str, folder: str = "", *, everything: bool = False) -> Counter[str]:
        """Delete what was left behind in `folder`, or anywhere for over an hour, or `everything`; returns the number
        deleted, by kind.

        Also finishes interrupted deletions, including the copies.
        """
        counts = Counter[str]()
        for row in self._records.query(_partition(account)):
            old = time.time() - row.data["since"] > SWEPT_SECONDS
            if everything or old or row.data["folder"] == folder or "deleted" in row.data:
                counts["pictures"] += self._blobs.delete_all(row.data["folder"])
                if "deleted" in row.data:
                    counts += self._copies.of_prediction(account, row.data["deleted"], row.data["request"])
                self._records.write(Delete(row.key))
        return counts


def note(account: str, folder: str, deleted: PredictionRecord | None = None) -> Put:
    """The change that notes a folder. For a deletion, the note also says what is deleted, so that its copies can be
    deleted, too.
    """
    facts: dict[str, Any] = {"folder": folder, "since": time.time()}
    if deleted:
        facts |= {"deleted": deleted.id, "request": deleted.request}
    return Put(Key(_partition(account), folder.removeprefix(f"{HISTORY}{account}/").replace("/", ":")), facts)


def _partition(account: str) -> str:
    return f"left:{account}"
