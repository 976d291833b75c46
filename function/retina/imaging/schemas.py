"""Schemas of findings and predictions in API responses."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model, model_validator

from retina.imaging.decoding.facts import Laterality
from retina.imaging.measurements.measurement import MeasurementDescription
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.imaging.regional_schemas import RegionalMeasurement, StoredWithRegions
from retina.imaging.structures.schemas import StructuresFound

SHA256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["5f4d" * 16])]


Base64Image = Annotated[str, Field(description="base64, without a data: prefix", examples=["iVBORw0KGgo="])]


Share = Annotated[float, Field(ge=0, le=1)]


class PreviewResponse(BaseModel):
    """The response of the first version: the photograph and its vessel mask, both stretched to 128x128 pixels."""

    original_image: Base64Image
    prediction_image: Base64Image


class ModelName(BaseModel):
    """The network that made the prediction."""

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
    frames: int = Field(1, ge=1, description="in the file; the first one was segmented", examples=[1])
    pixel_size_um: float | None = Field(
        None,
        gt=0,
        description="size of a pixel on the retina in micrometres, as a DICOM file states it; null if none was stated",
        examples=[8.2],
    )
    laterality: Laterality | None = Field(
        None, description="which eye it shows, as a DICOM file states it; null if none was stated", examples=["left"]
    )


class QualityScore(BaseModel):
    """One side of a photograph's quality."""

    score: float = Field(ge=0, le=1, description="1 is best", examples=[0.92])
    sentence: str = Field(description="what it means, in words", examples=["The vessels are in focus."])


Grade = Literal["good", "usable", "poor", "unusable"]
Retina = Literal["yes", "unsure", "no"]


class Quality(BaseModel):
    """What the photograph shows, how good it is, and how far to trust the mask.

    Predictions that were stored by earlier versions have no grade, scores, interval or answer about the retina.
    """

    field_of_view: Literal["disc", "whole"] = Field(
        description=("disc: a field of view was found. whole: no edge was found, so the whole frame was segmented")
    )
    roundness: float = Field(
        ge=0, le=1, description="share of the visible edge that lies on one circle", examples=[0.968]
    )
    fundus_like: bool = Field(description="false only if force=true was sent")
    retina: Retina | None = Field(
        None,
        description=(
            "whether it looks like a photograph of a retina, judged from its vessels, colours and texture; "
            "no only if force=true was sent"
        ),
        examples=["yes"],
    )
    grade: Grade | None = Field(None, description="the quality of the photograph as a whole", examples=["good"])
    score: Share | None = Field(
        None,
        description="what the grade is read from; 1 is best. It follows the Dice with a human",
        examples=[0.81],
    )
    reasons: list[str] = Field([], description="why the grade is not good, the most serious first", examples=[[]])
    scores: dict[str, QualityScore] = Field(
        {},
        description=(
            "field_of_view, sharpness, exposure, contrast, illumination (shadow and glare), resolution and domain "
            "(likeness to the photographs that the network was trained on)"
        ),
    )
    expected_dice: float | None = Field(
        ge=0,
        le=1,
        description=(
            "expected agreement (Dice) with a human observer's mask, estimated from the probability map and the "
            "photograph; null with the reason in expected_dice_reason"
        ),
        examples=[0.811],
    )
    expected_dice_error: float | None = Field(
        ge=0, description="how far off expected_dice was on average when it was evaluated", examples=[0.031]
    )
    expected_dice_interval: tuple[Share, Share] | None = Field(
        None, description="contains the true Dice nine times out of ten", examples=[[0.74, 0.86]]
    )
    expected_dice_reason: str | None = Field(None, description="why there is no expected_dice")


def _value_of(measurement: MeasurementDescription) -> Any:
    """Type, range and description of its value."""
    return float | None, Field(
        ge=measurement.minimum,
        le=measurement.maximum,
        description=measurement.meaning,
        examples=[measurement.example],
    )


class MeasurementValues(create_model("_Values", **{each.name: _value_of(each) for each in MEASUREMENTS})):  # type: ignore[misc]
    """The measurements; null if a value cannot be measured, or was not measured when the prediction was made."""

    @model_validator(mode="before")
    @classmethod
    def _with_later_ones(cls, values: Any) -> Any:
        """Records stored before a measurement was added do not have it."""
        return dict.fromkeys(cls.model_fields) | values if isinstance(values, dict) else values


class Findings(StoredWithRegions):
    """The findings of one photograph, and the network that made them."""

    id: str = Field(examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])
    model: ModelName
    software_version: str | None = Field(
        None,
        description="of this software, when it was predicted; null in results of earlier versions",
        examples=["1.4.2"],
    )
    threshold: float = Field(
        description="a vessel is where the probability is greater: as asked for, or the card's for this photograph",
        examples=[0.4],
    )
    canvas: str = Field(
        description=("width x height in pixels at which the network saw the field of view"), examples=["512x512"]
    )
    flips: bool = Field(description="whether mirror images were averaged (test-time augmentation)")
    photograph: PhotographFacts
    quality: Quality
    measurements: MeasurementValues
    structures: StructuresFound | None = Field(
        None, description="optic disc and fovea; only if artery_vein or disc is among the outputs"
    )
    measurement_reasons: dict[str, str] = Field(
        {},
        description="why a measurement is null, by its name, as far as it is known",
        examples=[{"mean_calibre_um": "The size of a pixel on the retina is not known."}],
    )
    measurement_intervals: dict[str, tuple[float, float] | None] = Field(
        {},
        description="the least and the greatest value by name of measurement, if the network were a little more or "
        "less sure; null where there is no value, the vessels make no difference to it, or they were "
        "corrected. Only if intervals is among the outputs",
        examples=[{"vascular_density": [0.0771, 0.0987]}],
    )
    regional_measurements: list[RegionalMeasurement] | None = Field(
        None,
        description=(
            "measurements of arteries and veins apart, by zone and quadrant; only if artery_vein is among the outputs, "
            "and not in results that were stored by earlier versions"
        ),
    )
