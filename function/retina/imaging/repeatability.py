"""Repeatability: by how much a measurement differs between two photographs of the same retina, taken one after another.

Measured for one network by `models.evaluation.repeatability` and written into its model card.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from retina.imaging.measurements.places import Region, Vessels


class Repeatability(BaseModel):
    """Bland and Altman's repeatability coefficient: 95 of 100 such differences are smaller."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    coefficient: float = Field(
        ge=0,
        allow_inf_nan=False,
        description="1.96 times the square root of 2 times the standard deviation within a retina",
        examples=[0.08],
    )
    relative: bool = Field(
        description="whether it is a share of the value; otherwise it has the value's unit", examples=[True]
    )
    photographs: int = Field(gt=0, description="how many retinas it was measured on", examples=[20])


class RegionalRepeatability(Repeatability):
    """That of some vessels in one region."""

    name: str = Field(description="of the measurement", examples=["mean_calibre"])
    vessels: Vessels = Field(description="all, or only arteries or veins", examples=["artery"])
    region: Region = Field(description="as in regional_measurements", examples=["zone_b"])


class RepeatabilityStudy(BaseModel):
    """The coefficients of all measurements, and what they were measured with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    network_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="the vessel network's")]
    structures_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="the structure network's")]
    protocol: str
    measurements: dict[str, Repeatability] = Field(description="by name; those that could not be judged are left out")
    regional_protocol: str = Field(
        "", description="what those of arteries and veins apart, of zones and of quadrants, come from"
    )
    regional: list[RegionalRepeatability] = []
