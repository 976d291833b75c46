"""How an export is stored: keys and records. Pure functions; nothing here touches the store."""

from dataclasses import asdict, dataclass
from typing import Literal

from retina.storage.port import EXPORTS
from retina.storage.records import Key, Put, Record

State = Literal["waiting", "running", "ready", "failed"]


@dataclass(frozen=True)
class Part:
    """One ZIP file: the key of its blob and its size."""

    key: str
    bytes: int


@dataclass(frozen=True)
class Export:
    """An export of the batch with this id or, if `batch` is empty, of the history; `whole`: of the whole account;
    `training`: of its corrected predictions as a training set.

    `parts` are the finished ones, and `place` is where the next one starts, None for the beginning. `token` identifies
    the worker that has claimed it; `listed` is its key in the account's list. `expires` is in seconds since 1970.
    """

    id: str
    account: str
    batch: str
    created: str
    expires: int
    state: State = "waiting"
    parts: tuple[Part, ...] = ()
    place: str | None = None
    token: str = ""
    listed: str = ""
    whole: bool = False
    training: bool = False

    @property
    def folder(self) -> str:
        """The key prefix of its parts."""
        return f"{job_key(self.id)}/"

    @property
    def bytes(self) -> int | None:
        """The size of all parts, once it is ready."""
        return sum(part.bytes for part in self.parts) if self.state == "ready" else None


def export_record(export: Export, version: int) -> Put:
    """The change that writes the export."""
    facts = {name: value for name, value in asdict(export).items() if name != "id"}
    return Put(export_key(export.id), facts, version, expires=export.expires)


def export_of(known: Record) -> Export:
    """The export stored in a record."""
    facts = {name: value for name, value in known.data.items() if name not in ("bytes", "parts")}
    id = known.key.partition.removeprefix("export:")
    parts = tuple(Part(**part) for part in known.data.get("parts", ()))
    if "bytes" in known.data and facts["state"] == "ready":  # as an earlier version stored it
        parts = (Part(job_key(id), known.data["bytes"]),)
    return Export(id=id, parts=parts, **facts)


def export_key(id: str) -> Key:
    """The key of the export's record."""
    return Key(f"export:{id}", "export")


def list_of(account: str) -> str:
    """The partition that lists an account's exports."""
    return f"exports:{account}"


def job_key(id: str) -> str:
    """The key of an export's job in the queue, and the key prefix of its files."""
    return EXPORTS + id
