"""Request and response models of the history: saved predictions, and measurements over time."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from retina.imaging.correction_schemas import CorrectionMade
from retina.imaging.response import ImageUrls
from retina.imaging.schemas import SHA256, Findings
from retina.storage.schemas import Next

Eye = Literal["left", "right", "unknown"]

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
"""No control character, and so no line break."""

Subject = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(
        min_length=1,
        max_length=100,
        pattern=ONE_LINE,
        description="your label for the subject; a code is better than a name",
        examples=["P-0017"],
    ),
]


Note = Annotated[str, Field(max_length=1000, examples=["before treatment"])]


FileName = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(
        min_length=1,
        max_length=255,
        pattern=ONE_LINE,
        description="of the photograph, as you want to find it again; only stored if you send it",
        examples=["P-0017_left.jpg"],
    ),
]


class SavedPrediction(Findings):
    """A prediction that was saved. For research and education, not for diagnosis."""

    subject: Subject | None
    eye: Eye
    taken_on: date | None = Field(description="when the photograph was taken", examples=["2026-05-04"])
    note: Note | None
    file_name: FileName | None = None
    day: date = Field(
        description="of the visit, by which predictions are sorted and filtered: taken_on or, where that is not known, "
        "the day in UTC on which it was saved",
        examples=["2026-05-04"],
    )
    saved: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    predicted: str = Field(description="in UTC; later than saved if it was recomputed")
    correction: CorrectionMade | None = Field(None, description="if a person has corrected the vessels")
    image_urls: ImageUrls


class HistoryPage(BaseModel):
    """One page of saved predictions, latest day first."""

    predictions: list[SavedPrediction]
    next: Next


class LabelUpdate(BaseModel):
    """New labels for a saved prediction. Fields that are left out stay as they are; null clears a field."""

    model_config = ConfigDict(extra="forbid")

    subject: Subject | None = None
    eye: Eye | None = None
    taken_on: date | None = None
    note: Note | None = None
    file_name: FileName | None = None


class TrendPoint(BaseModel):
    """One visit. Compare two values only if model, threshold, canvas and flips are the same, and for a measurement that
    uses structures, what found them; otherwise charts interrupt the line.
    """

    id: str = Field(description="of the prediction")
    on: date = Field(description="the day of the visit, as in a saved prediction")
    value: float | None
    model_sha256: SHA256
    structures_sha256: SHA256 | None = Field(
        None, description="of what found arteries and veins, disc and fovea; null if they were not looked for"
    )
    threshold: float
    canvas: str
    flips: bool
    expected_dice: float | None
    corrected: bool = Field(
        False, description="whether a person has corrected the vessels; the value is of the network's own all the same"
    )


class Trend(BaseModel):
    """One measurement over time."""

    measurement: str = Field(examples=["vascular_density"])
    unit: str = Field(description="empty for a ratio", examples=[""])
    points: list[TrendPoint] = Field(description="the earliest day first")


class Trends(BaseModel):
    """Every measurement of one eye over time."""

    subject: Subject
    eye: Eye
    trends: list[Trend]
    next: Next
