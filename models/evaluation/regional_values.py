"""Regional values of arteries, veins, zones and quadrants as columns beside those of the whole photograph.

A column's name is measurement, vessels and region, as in “mean_calibre artery zone_b”.
"""

from collections.abc import Iterable

from retina.imaging.measurements.measurement import Measurement
from retina.imaging.measurements.places import Region, Vessels
from retina.imaging.measurements.regional import KINDS, RegionalValue
from retina.imaging.measurements.regions import QUADRANTS, ZONES
from retina.imaging.measurements.registry import MEASUREMENTS, Measurements

PLACES: tuple[tuple[Vessels, Region], ...] = (
    ("artery", "field"),
    ("vein", "field"),
    *((vessels, region) for region in (*ZONES, *QUADRANTS) for vessels in KINDS),
)
"""Vessels and region of every column; all vessels in the whole field are no regional value."""


def column(name: str, vessels: Vessels, region: Region) -> str:
    """The name of the column."""
    return f"{name} {vessels} {region}"


def is_made(measurement: Measurement, region: Region) -> bool:
    """Whether it is measured there for a kind of vessels."""
    return ("kind" if region == "field" else "region") in measurement.scopes


def regional_columns() -> list[str]:
    """The names of all columns, by measurement and place."""
    return [
        column(each.name, vessels, region)
        for each in MEASUREMENTS
        for vessels, region in PLACES
        if is_made(each, region)
    ]


def regional_values(rows: Iterable[RegionalValue]) -> Measurements:
    """The values by column."""
    return {column(row.name, row.vessels, row.region): row.value for row in rows if (row.vessels, row.region) in PLACES}
