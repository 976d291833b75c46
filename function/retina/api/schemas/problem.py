"""The response model of errors."""

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """An error, as described in RFC 9457. `code` is stable; `detail` says what to do."""

    type: str = Field("about:blank", examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["The file is damaged, incomplete or of a kind that cannot be decoded."])
    code: str = Field(examples=["photograph_unreadable"])
    request_id: str = Field(examples=["0f8fad5bd9cb469fa16570867728950e"])
