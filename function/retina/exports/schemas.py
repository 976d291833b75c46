"""ZIP files that are made."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ExportWish(BaseModel):
    """What is to be exported: a batch, by its id, the whole history, or the history with all else that the account
    holds: names of keys, batches, ledger and audit log.
    """

    model_config = ConfigDict(extra="forbid")

    batch: str | None = None
    history: bool = False
    account: bool = False


class ExportPart(BaseModel):
    """One ZIP file, whole in itself."""

    name: str = Field(examples=["retina-history-2026-11-24-1-of-3.zip"])
    bytes: int
    url: str = Field(description="a link that works for anyone who has it, for 15 minutes")


class ExportAnswer(BaseModel):
    """One or several ZIP files that are made, and kept for a day."""

    id: str = Field(examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])
    created: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    state: Literal["waiting", "running", "ready", "failed"]
    bytes: int | None = Field(description="of all parts, once it is ready")
    url: str | None = Field(description="of the first part, which often is the only one")
    parts: list[ExportPart] = Field(description="once it is ready: large exports come in several")
