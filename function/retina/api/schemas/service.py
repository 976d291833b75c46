"""Response models that describe the service itself."""

from typing import Literal

from pydantic import BaseModel, Field

from retina.imaging.measurements.measurement import MeasurementDescription
from retina.imaging.schemas import ModelName


class SignIn(BaseModel):
    """Where to sign in, by authorization code with PKCE: <url>/oauth2/authorize, <url>/oauth2/token and
    <url>/logout.
    """

    issuer: str = Field(description="of the access tokens", examples=["urn:retina:embedded"])
    client_id: str = Field(examples=["retina-page"])
    url: str = Field(examples=["http://127.0.0.1:8000"])
    changes_passwords: bool = Field(
        description="whether POST /api/v1/account/password changes passwords; otherwise the sign-in page does"
    )


class Health(BaseModel):
    """The service is running. If `xnnpack` is false, the network runs several times slower."""

    status: Literal["ok"] = "ok"
    version: str = Field(examples=["0.1.0"])
    model: ModelName
    xnnpack: bool


class MeasurementList(BaseModel):
    """All measurements. Show the first where there is room for only one."""

    measurements: list[MeasurementDescription]


class Limits(BaseModel):
    """The limits of this service. A value equal to the limit is still accepted."""

    inline_bytes: int = Field(
        description="largest photograph in one request, and largest answer; upload larger photographs",
        examples=[4_194_304],
    )
    upload_bytes: int = Field(
        description="largest photograph that is uploaded or part of a batch", examples=[52_428_800]
    )
    max_pixels: int = Field(description="largest photograph, width x height", examples=[64_000_000])
    min_side: int = Field(description="shortest side of the smallest photograph, in pixels", examples=[64])
    formats: list[str] = Field(
        description="accepted image formats",
        examples=[["JPEG", "PNG", "TIFF", "WebP", "BMP", "PNM", "GIF", "DICOM"]],
    )
    batch_items: int = Field(description="most photographs in one batch", examples=[10_000])
    name_characters: int = Field(description="longest file name of a photograph in a batch", examples=[255])
