"""Request and response models of batches and their items."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from retina.imaging.response import ImageUrls
from retina.imaging.schemas import Findings
from retina.storage.schemas import Form, Next

MOST_ITEMS = 10_000
"""The most photographs in one batch."""

MOST_REGIONAL = 50
"""The most photographs on a page with their regional measurements, which are then 2 MB."""

MOST_WITH_INTERVALS = 400
"""The most photographs on a page with the intervals of their measurements, which are then 2 MB."""

NAME_CHARACTERS = 255
"""The longest name of one of them, in characters."""


class Outcome(BaseModel):
    """How a photograph ended. `code` and `detail` say why it was rejected or failed."""

    status: Literal["done", "rejected", "failed"]
    code: str = ""
    detail: str = ""
    findings: Findings | None = None


class Counts(BaseModel):
    """The number of photographs in each state; they add up to `total`. Waiting: the photograph has not arrived yet."""

    total: int
    waiting: int
    queued: int
    running: int
    done: int
    rejected: int
    failed: int


class BatchFile(BaseModel):
    """A photograph that you are going to send."""

    name: str = Field(min_length=1, max_length=NAME_CHARACTERS, examples=["visit1/left.jpg"])
    size: int = Field(ge=0, description="bytes", examples=[731_904])


class BatchCreate(BaseModel):
    """A batch to create. The options for its photographs are the same as for a single prediction."""

    model_config = ConfigDict(extra="forbid")

    items: list[BatchFile] = Field(min_length=1, max_length=MOST_ITEMS)
    outputs: str = Field(
        "mask,overlay",
        description="comma-separated, stored for each photograph: mask, probability, overlay, skeleton, artery_vein, "
        "disc, field_of_view, graph; and intervals, which adds no image, but measurement_intervals to each result",
    )
    threshold: float | None = Field(
        None, ge=0, le=1, description="instead of the model card's for each width of the field of view"
    )
    flips: bool = False
    force: bool = False


class BatchForm(Form):
    """One upload form for all photographs of a batch. The file name says which photograph it is: 0 for the first of
    `items`, 1 for the second, and so on.
    """


class BatchResponse(BaseModel):
    """A batch. Its `state` is done once every photograph is done, rejected or failed."""

    id: str = Field(examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])
    created: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    expires: str = Field(description="in UTC; then photographs, names and results are deleted")
    state: Literal["open", "done", "cancelled"]
    outputs: list[str] = Field(examples=[["mask", "overlay"]])
    counts: Counts


class BatchCreateResponse(BatchResponse):
    """A new batch, and where to send its photographs."""

    upload: BatchForm


class BatchList(BaseModel):
    """One page of batches, newest first."""

    batches: list[BatchResponse]
    next: Next


class BatchItem(BaseModel):
    """One photograph of a batch. `code` and `detail` say why it was rejected or failed."""

    number: int
    name: str
    size: int = Field(description="bytes, as announced")
    state: Literal["waiting", "queued", "running", "done", "rejected", "failed"]
    code: str
    detail: str
    findings: Findings | None = None
    image_urls: ImageUrls | None = None


class BatchItems(BaseModel):
    """One page of a batch's photographs, by number."""

    items: list[BatchItem]
    next: Next
