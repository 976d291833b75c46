"""Request and response models of exports."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ExportCreate(BaseModel):
    """What to export: a batch, by its id; the whole history; or the whole account, which is the history plus everything
    else the account holds: the names of API keys, the batches, the ledger and the audit log. Or a training set of the
    saved predictions that a person has corrected.
    """

    model_config = ConfigDict(extra="forbid")

    batch: str | None = None
    history: bool = False
    account: bool = False
    training: bool = False


class ExportPart(BaseModel):
    """One ZIP file, complete in itself."""

    name: str = Field(examples=["retina-history-2026-11-24-1-of-3.zip"])
    bytes: int
    url: str = Field(description="a link that works for anyone who has it, for 15 minutes")


class ExportResponse(BaseModel):
    """An export: one or more ZIP files, stored for a day."""

    id: str = Field(examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])
    created: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    state: Literal["waiting", "running", "ready", "failed"]
    bytes: int | None = Field(description="of all parts, once it is ready")
    url: str | None = Field(description="of the first part, which often is the only one")
    parts: list[ExportPart] = Field(description="once it is ready; large exports have several")
