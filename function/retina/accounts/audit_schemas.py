"""Schemas of the audit log in API responses."""

from pydantic import BaseModel, Field


class AuditEntry(BaseModel):
    """One thing that was seen, exported, changed or deleted."""

    time: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    action: str = Field(description="what it is, and what was done with it", examples=["prediction.seen"])
    record: str = Field(
        description="the id of the prediction, batch, export or key, and after a colon which picture, or which export "
        "of a batch; empty for a list",
        examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"],
    )
    caller: str = Field(
        description="the id of the API key; empty for a person; “operator” for the operator of the service",
        examples=["5f4d1c2a7e0a7b4b"],
    )
    address: str = Field(
        description="a keyed hash of the caller's address, the address itself, or nothing, as the service is set up; "
        "“local” for its own computer",
        examples=["0b7c6b2a7d3e5f16"],
    )


class AuditPage(BaseModel):
    """One page of entries, newest first."""

    entries: list[AuditEntry]
    next: str | None = Field(description="the cursor of the next page; null at the end")
