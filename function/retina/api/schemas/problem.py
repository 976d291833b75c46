"""An error, as it goes over the wire."""

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """An error, as RFC 9457 describes it. `code` is stable; `detail` says what to do."""

    type: str = Field("about:blank", examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["The file is damaged, incomplete or of a kind that cannot be decoded."])
    code: str = Field(examples=["photograph_unreadable"])
    request_id: str = Field(examples=["0f8fad5bd9cb469fa16570867728950e"])
