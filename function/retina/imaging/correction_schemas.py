"""Schemas of a correction: what was measured on the masks of a person, as it is stored and as it is answered."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from retina.imaging.regional_schemas import RegionalMeasurement, StoredWithRegions
from retina.imaging.schemas import Findings, MeasurementValues, ModelName
from retina.imaging.structures.schemas import StructuresFound

NO_ESTIMATE = "A person has corrected the vessels, and the estimate is for what the network found."


class CorrectionMade(BaseModel):
    """A person's correction of what the network found. The measurements beside it are of the corrected vessels, and
    those of the network's own vessels are here.
    """

    vessels: Literal[True] = Field(description="the vessels are those of the corrected mask")
    kinds: bool = Field(description="whether arteries and veins are those of the correction, too")
    by: str | None = Field(
        description="who sent it: the email address of a person, “API key” and its id, or null without an account",
        examples=["anna@example.org"],
    )
    at: str = Field(description="when it was sent, in UTC", examples=["2026-11-27T13:05:00.123456Z"])
    etag: str | None = Field(
        None,
        description="the entity tag of the stored correction, to be sent as it is in If-Match; a new one whenever a "
        "correction is saved, and null where none is",
        examples=['"5f0c2d9e"'],
    )
    model: ModelName = Field(description="the network whose mask was corrected")
    model_measurements: MeasurementValues = Field(description="of the network's own vessels")
    model_measurement_reasons: dict[str, str] = Field({}, description="why one of these is null, by its name")
    model_regional_measurements: list[RegionalMeasurement] | None = Field(
        None, description="of the network's own vessels; null in lists, and if there are none"
    )


class CorrectedFindings(StoredWithRegions):
    """A correction as it is stored: who made it, and what was measured on its masks.

    `pictures` is the name of the folder with its masks, "" if they are not stored.
    """

    kinds: bool
    by: str | None
    at: str
    model: ModelName
    pictures: str = ""
    measurements: MeasurementValues
    measurement_reasons: dict[str, str]
    regional_measurements: list[RegionalMeasurement] | None = None
    structures: StructuresFound | None = None

    @property
    def etag(self) -> str | None:
        """Its entity tag, quotes included: the masks of a folder never change. None if they are not stored."""
        return f'"{self.pictures}"' if self.pictures else None

    def instead_of(self, findings: Findings) -> dict[str, Any]:
        """The fields that differ from the network's own `findings` in an answer, with the `correction`."""
        own, quality = self.regional_measurements, findings.quality
        unknown = {"expected_dice": None, "expected_dice_error": None, "expected_dice_interval": None}
        changed: dict[str, Any] = {
            "measurements": self.measurements,
            "measurement_reasons": self.measurement_reasons,
            "quality": quality.model_copy(update=unknown | {"expected_dice_reason": NO_ESTIMATE}),
            "correction": CorrectionMade(
                vessels=True,
                kinds=self.kinds,
                by=self.by,
                at=self.at,
                etag=self.etag,
                model=self.model,
                model_measurements=findings.measurements,
                model_measurement_reasons=findings.measurement_reasons,
                model_regional_measurements=findings.regional_measurements,
            ),
        }
        if findings.measurement_intervals:
            changed["measurement_intervals"] = dict.fromkeys(findings.measurement_intervals)
        if own is not None or findings.regional_measurements is not None:
            changed["regional_measurements"] = own
        if self.structures is not None:
            changed["structures"] = self.structures
        return changed

    def findings(self, findings: Findings) -> Findings:
        """`findings` with what was measured on the corrected masks instead of what the network found."""
        changes = {name: value for name, value in self.instead_of(findings).items() if name != "correction"}
        return findings.model_copy(update=changes)
