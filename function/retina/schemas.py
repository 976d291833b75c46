"""What goes over the wire, as documented in OpenAPI. Shapes only; nothing is computed here."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from retina.store.port import CONTENT_TYPES

SHA256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["5f4d" * 16])]
Base64Image = Annotated[str, Field(description="base64, without a data: prefix", examples=["iVBORw0KGgo="])]


class Problem(BaseModel):
    """An error, as RFC 9457 describes it. `code` is stable; `detail` says what to do."""

    type: str = Field("about:blank", examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["The file is damaged, incomplete or of a kind that cannot be decoded."])
    code: str = Field(examples=["photograph_unreadable"])
    request_id: str = Field(examples=["0f8fad5bd9cb469fa16570867728950e"])


class Preview(BaseModel):
    """The first version's answer: the photograph and its vessel mask, both stretched to 128x128 pixels."""

    original_image: Base64Image
    prediction_image: Base64Image


class ModelName(BaseModel):
    """Which network answered."""

    name: str = Field(examples=["unet"])
    sha256: SHA256


class Box(BaseModel):
    """The bounding box of the field of view, in pixels of the upright photograph."""

    left: int = Field(examples=[6])
    top: int = Field(examples=[4])
    width: int = Field(examples=[1396])
    height: int = Field(examples=[1398])


class PhotographFacts(BaseModel):
    """The photograph as it was decoded, upright. `sha256` is that of the file as it was sent."""

    width: int = Field(description="pixels", examples=[1411])
    height: int = Field(description="pixels", examples=[1411])
    field_of_view: Box
    sha256: SHA256


class Quality(BaseModel):
    """What the search for the field of view found, and how far to trust the mask."""

    field_of_view: Literal["disc", "whole"] = Field(
        description="disc: a round field of view was found. whole: none was, and the whole frame was segmented"
    )
    roundness: float = Field(
        ge=0, le=1, description="share of the visible edge that lies on one circle", examples=[0.968]
    )
    fundus_like: bool = Field(description="false only where force=true insisted")
    expected_dice: float | None = Field(
        ge=0,
        le=1,
        description="agreement (Dice) with a human observer's mask to expect, from the probability map alone; null "
        "where nothing was found, another threshold was asked for, or the network was never examined for it",
        examples=[0.811],
    )
    expected_dice_error: float | None = Field(
        ge=0, description="how far off expected_dice was on average where it was examined", examples=[0.031]
    )


class MeasurementValues(BaseModel):
    """Measurements; null where not measurable."""

    vascular_density: float | None = Field(
        ge=0, le=1, description="vessel pixels per field-of-view pixel, without a unit", examples=[0.0871]
    )


class Images(BaseModel):
    """The pictures that were asked for; the others are left out."""

    original_image: Base64Image | None = Field(None, description="output preview: PNG, 128x128")
    prediction_image: Base64Image | None = Field(None, description="output preview: PNG, 128x128, 0 and 255")
    mask: Base64Image | None = Field(None, description="1-bit PNG of the photograph's own size, white on vessels")
    probability: Base64Image | None = Field(None, description="8-bit gray PNG of the photograph's own size, 255 is 1")
    overlay: Base64Image | None = Field(None, description="JPEG, longer side at most 2,048 pixels")
    skeleton: Base64Image | None = Field(None, description="1-bit PNG of the photograph's own size, centre lines")


class Findings(BaseModel):
    """What was found in one photograph, and by what."""

    id: str = Field(examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])
    model: ModelName
    threshold: float = Field(description="a vessel is where the probability is greater", examples=[0.4])
    canvas: str = Field(description="width x height in pixels at which the network looked", examples=["512x512"])
    flips: bool = Field(description="whether mirror images were looked at, too, and the mean taken")
    photograph: PhotographFacts
    quality: Quality
    measurements: MeasurementValues


class PredictionAnswer(Findings):
    """One photograph's vessels. For research and education, not for diagnosis."""

    images: Images


class Outcome(BaseModel):
    """What became of a photograph in the queue: `code` and `detail` say why it was rejected or failed."""

    status: Literal["done", "rejected", "failed"]
    code: str = ""
    detail: str = ""
    findings: Findings | None = None


class UploadWish(BaseModel):
    """What is to be uploaded."""

    content_type: str = Field(
        description=f"of the file: {', '.join(sorted(CONTENT_TYPES))}; the first where it is not known",
        examples=["image/tiff"],
    )


class UploadAnswer(BaseModel):
    """Where to send one photograph: a multipart form to `url` with all `fields`, and last the file, as `file`."""

    upload_id: str = Field(pattern=r"^[0-9a-f]{32}$", examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])
    url: str = Field(examples=["https://example.s3.eu-central-1.amazonaws.com/"])
    fields: dict[str, str] = Field(examples=[{"key": "uploads/6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"}])
    max_bytes: int = Field(description="the largest file that is taken", examples=[52_428_800])
    expires_in: int = Field(description="seconds for which the form is good", examples=[600])


KeyId = Annotated[str, Field(examples=["5f4d1c2a7e0a7b4b"])]


class KeyWish(BaseModel):
    """A key to be made."""

    name: str = Field(min_length=1, max_length=100, description="to tell it from others", examples=["Reading centre"])


class KeyTold(BaseModel):
    """An API key, without its secret."""

    id: KeyId
    name: str = Field(examples=["Reading centre"])
    created: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])


class KeyShown(KeyTold):
    """An API key; `key` is what goes into X-API-Key, and is not shown again."""

    key: str = Field(examples=["rk_5f4d1c2a7e0a7b4b_…"])


class KeyList(BaseModel):
    """The API keys of an account."""

    keys: list[KeyTold]


class DayCharged(BaseModel):
    """What was charged on one day, in UTC, by way of one API key."""

    day: str = Field(examples=["2026-11-24"])
    key_id: str = Field(description="empty for a person", examples=["5f4d1c2a7e0a7b4b"])
    credits: int = Field(ge=0, examples=[12])


class Usage(BaseModel):
    """Credits, left and charged."""

    account: str = Field(
        description="a random id, without personal data", examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"]
    )
    credits: int = Field(description="left", ge=0, examples=[488])
    charges: list[DayCharged]


class SignIn(BaseModel):
    """By authorization code with PKCE: <url>/oauth2/authorize, <url>/oauth2/token and <url>/logout."""

    issuer: str = Field(description="of the access tokens", examples=["urn:retina:embedded"])
    client_id: str = Field(examples=["retina-page"])
    url: str = Field(examples=["http://127.0.0.1:8000"])


class Health(BaseModel):
    """The service is up. `xnnpack` false means that the network runs, but several times slower."""

    status: Literal["ok"] = "ok"
    version: str = Field(examples=["0.1.0"])
    model: ModelName
    xnnpack: bool
