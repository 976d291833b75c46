"""What goes over the wire, as documented in OpenAPI. Shapes only; nothing is computed here."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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


ImageUrls = Annotated[
    dict[str, str],
    Field(
        description="where its pictures are, on this service and with the same credentials; each answers with a link",
        examples=[{"mask": "/api/v1/predictions/6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1/mask.png"}],
    ),
]


class PredictionAnswer(Findings):
    """One photograph's vessels. For research and education, not for diagnosis."""

    images: Images = Field(description="empty where a saved prediction's would not fit into one answer")
    image_urls: ImageUrls | None = Field(None, description="of a saved prediction")


Eye = Literal["left", "right", "unknown"]
Subject = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description="your label for whose eye it is; better a number than a name",
        examples=["P-0017"],
    ),
]
Note = Annotated[str, Field(max_length=1000, examples=["before treatment"])]


class SavedPrediction(Findings):
    """A prediction that was saved. For research and education, not for diagnosis."""

    subject: Subject | None
    eye: Eye
    taken_on: date | None = Field(description="when the photograph was taken", examples=["2026-05-04"])
    note: Note | None
    saved: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    predicted: str = Field(description="in UTC; later than saved where it was recomputed")
    software_version: str = Field(description="of this service, when it was predicted", examples=["0.1.0"])
    image_urls: ImageUrls


Next = Annotated[str | None, Field(description="the cursor of the next page; null where this is the last")]


class HistoryPage(BaseModel):
    """Saved predictions, the latest day first."""

    predictions: list[SavedPrediction]
    next: Next


class LabelChange(BaseModel):
    """What is to be said of a photograph instead; what is left out stays, null clears."""

    model_config = ConfigDict(extra="forbid")

    subject: Subject | None = None
    eye: Eye | None = None
    taken_on: date | None = None
    note: Note | None = None


class TrendPoint(BaseModel):
    """One visit. Values compare only where model, threshold, canvas and flips are the same: charts break elsewhere."""

    id: str = Field(description="of the prediction")
    on: date = Field(description="when the photograph was taken or, where nobody said, saved")
    value: float | None
    model_sha256: SHA256
    threshold: float
    canvas: str
    flips: bool
    expected_dice: float | None


class Trend(BaseModel):
    """One measurement over time."""

    measurement: str = Field(examples=["vascular_density"])
    unit: str = Field(description="empty for a share", examples=[""])
    points: list[TrendPoint] = Field(description="the earliest day first")


class Trends(BaseModel):
    """Every measurement of one eye over time."""

    subject: Subject
    eye: Eye
    trends: list[Trend]
    next: Next


class Outcome(BaseModel):
    """What became of a photograph of a batch: `code` and `detail` say why it was rejected or failed."""

    status: Literal["done", "rejected", "failed"]
    code: str = ""
    detail: str = ""
    findings: Findings | None = None


class Counts(BaseModel):
    """Photographs of a batch by state. Waiting: not here yet. They add up to `total`."""

    total: int
    waiting: int
    queued: int
    running: int
    done: int
    rejected: int
    failed: int


class BatchFile(BaseModel):
    """A photograph that will be sent."""

    name: str = Field(min_length=1, max_length=255, examples=["visit1/left.jpg"])
    size: int = Field(ge=0, description="bytes", examples=[731_904])


class BatchWish(BaseModel):
    """A batch to be made. What is to be made of each photograph is said as for a single one."""

    model_config = ConfigDict(extra="forbid")

    items: list[BatchFile] = Field(min_length=1, max_length=10_000)
    outputs: str = Field(
        "mask,overlay", description="comma-separated, stored for each photograph: mask, probability, overlay, skeleton"
    )
    threshold: float | None = Field(None, ge=0, le=1, description="instead of the model card's")
    flips: bool = False
    force: bool = False


class Form(BaseModel):
    """Where to send photographs: a multipart form to `url` with all `fields`, and last the file, as `file`."""

    url: str = Field(examples=["https://example.s3.eu-central-1.amazonaws.com/"])
    fields: dict[str, str] = Field(examples=[{"key": "uploads/6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"}])
    max_bytes: int = Field(description="the largest file that is taken", examples=[52_428_800])
    expires_in: int = Field(description="seconds for which the form is good", examples=[600])


class BatchForm(Form):
    """One form for all photographs of a batch. The file's name says which it is: 0 for the first of `items`, 1, ..."""


class BatchAnswer(BaseModel):
    """A batch. `state` is done when every photograph is done, rejected or failed."""

    id: str = Field(examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])
    created: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    expires: str = Field(description="in UTC; then photographs, names and results are deleted")
    state: Literal["open", "done", "cancelled"]
    outputs: list[str] = Field(examples=[["mask", "overlay"]])
    counts: Counts


class BatchMade(BatchAnswer):
    """A batch, and where to send its photographs."""

    upload: BatchForm


class BatchList(BaseModel):
    """Batches, the newest first."""

    batches: list[BatchAnswer]
    next: Next


class BatchItem(BaseModel):
    """One photograph of a batch; `code` and `detail` say why it was rejected or failed."""

    number: int
    name: str
    size: int = Field(description="bytes, as announced")
    state: Literal["waiting", "queued", "running", "done", "rejected", "failed"]
    code: str
    detail: str
    findings: Findings | None = None
    image_urls: ImageUrls | None = None


class BatchItems(BaseModel):
    """Photographs of a batch, by number."""

    items: list[BatchItem]
    next: Next


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


class Deleted(BaseModel):
    """What was deleted with an account. Its ledger stays, under a random id that leads to nobody."""

    predictions: int
    batches: int
    exports: int
    keys: int


class UploadWish(BaseModel):
    """What is to be uploaded."""

    content_type: str = Field(
        description=f"of the file: {', '.join(sorted(CONTENT_TYPES))}; the first where it is not known",
        examples=["image/tiff"],
    )


class UploadAnswer(Form):
    """Where to send one photograph."""

    upload_id: str = Field(pattern=r"^[0-9a-f]{32}$", examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])


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
