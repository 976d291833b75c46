"""The service about itself."""

from typing import Literal

from pydantic import BaseModel, Field

from retina.imaging.schemas import ModelName


class SignIn(BaseModel):
    """By authorization code with PKCE: <url>/oauth2/authorize, <url>/oauth2/token and <url>/logout."""

    issuer: str = Field(description="of the access tokens", examples=["urn:retina:embedded"])
    client_id: str = Field(examples=["retina-page"])
    url: str = Field(examples=["http://127.0.0.1:8000"])
    changes_passwords: bool = Field(
        description="whether POST /api/v1/account/password changes passwords; otherwise the sign-in page does"
    )


class Health(BaseModel):
    """The service is up. `xnnpack` false means that the network runs, but several times slower."""

    status: Literal["ok"] = "ok"
    version: str = Field(examples=["0.1.0"])
    model: ModelName
    xnnpack: bool
