"""Schemas that describe stores to API clients: upload forms and list cursors."""

from typing import Annotated

from pydantic import BaseModel, Field

from retina.storage.port import CONTENT_TYPES

Next = Annotated[str | None, Field(description="the cursor of the next page; null on the last")]


class Form(BaseModel):
    """Where to send photographs: a multipart form to `url` with all `fields`, and last the file, as `file`."""

    url: str = Field(examples=["https://example.s3.eu-central-1.amazonaws.com/"])
    fields: dict[str, str] = Field(examples=[{"key": "uploads/6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"}])
    max_bytes: int = Field(description="the largest file that is accepted", examples=[52_428_800])
    expires_in: int = Field(description="seconds for which the form is valid", examples=[600])


class UploadCreate(BaseModel):
    """A photograph to upload."""

    content_type: str = Field(
        description=f"of the file: {', '.join(sorted(CONTENT_TYPES))}; if unknown, application/octet-stream",
        examples=["image/tiff"],
    )


class UploadResponse(Form):
    """Where to send one photograph."""

    upload_id: str = Field(pattern=r"^[0-9a-f]{32}$", examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])
