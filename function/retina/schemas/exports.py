"""ZIP files that are made."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ExportWish(BaseModel):
    """What is to be exported: either a batch, by its id, or the whole history."""

    model_config = ConfigDict(extra="forbid")

    batch: str | None = None
    history: bool = False


class ExportAnswer(BaseModel):
    """A ZIP file that is made, and kept for a day."""

    id: str = Field(examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])
    created: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    state: Literal["waiting", "running", "ready", "failed"]
    bytes: int | None = Field(description="of the file, once it is ready")
    url: str | None = Field(description="where it can be had by anybody who knows this address, for 15 minutes")
