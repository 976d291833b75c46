"""Regional measurements in answers, one by one, and in stored records, where they take a tenth of the room."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field, field_validator

from retina.imaging.measurements.places import Region, Vessels


class RegionalMeasurement(BaseModel):
    """The value of one measurement for some vessels in one region."""

    name: str = Field(description="of the measurement, as in measurements", examples=["mean_calibre"])
    vessels: Vessels = Field(description="all, or only arteries or veins", examples=["artery"])
    region: Region = Field(
        description=(
            "field: the whole field of view; zone_b, zone_c: 0.5 to 1 and 0.5 to 2 disc diameters from the disc's "
            "margin; else a quadrant round its centre"
        ),
        examples=["zone_b"],
    )
    value: float | None = Field(description="in the unit of the measurement", examples=[9.7])
    reason: str | None = Field(description="why the value is null, as far as it is known", examples=[None])


def packed(rows: Sequence[RegionalMeasurement]) -> dict[str, Any]:
    """The rows as they are stored: reasons and places (“artery zone_b”) once, and for each name pairs of a place's
    number and the value, or the reason's number in a list.
    """
    reasons = sorted({row.reason for row in rows if row.reason is not None})
    number = {reason: i for i, reason in enumerate(reasons)}
    places = list(dict.fromkeys(f"{row.vessels} {row.region}" for row in rows))
    at = {place: i for i, place in enumerate(places)}
    values: dict[str, list[Any]] = {}
    for row in rows:
        known = row.value if row.reason is None else [number[row.reason]]
        values.setdefault(row.name, []).append([at[f"{row.vessels} {row.region}"], known])
    return {"reasons": reasons, "places": places, "values": values}


def unpacked(stored: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of what `packed` has made."""
    reasons, places, rows = stored["reasons"], stored["places"], []
    for name, values in stored["values"].items():
        for place, known in values:
            vessels, region = places[place].split(" ")
            value, reason = (None, reasons[known[0]]) if isinstance(known, list) else (known, None)
            rows.append({"name": name, "vessels": vessels, "region": region, "value": value, "reason": reason})
    return rows


class StoredWithRegions(BaseModel):
    """What has `regional_measurements`, which a record holds packed."""

    @field_validator("regional_measurements", mode="before", check_fields=False)
    @classmethod
    def _unpacked(cls, value: Any) -> Any:
        """As they are stored, or as they are answered."""
        return unpacked(value) if isinstance(value, dict) else value

    def stored(self) -> dict[str, Any]:
        """As JSON for a record, from which it can be read again."""
        facts = self.model_dump(mode="json", exclude={"regional_measurements"})
        rows: list[RegionalMeasurement] | None = getattr(self, "regional_measurements", None)
        return facts if rows is None else facts | {"regional_measurements": packed(rows)}
