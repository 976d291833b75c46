"""The measurements of a photograph as rows of a table in long form: one row for each value.

Every row says what the value was made with, so that it can be understood without any other table.
"""

from collections.abc import Iterator

from retina.imaging.columns import FOUND, columns_of, text
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.imaging.schemas import Findings

ALL, FIELD = "all", "field"
"""Which vessels, and which region, unless a row is about some of them only."""

MADE_WITH = (
    "photo_sha256",
    "model_sha256",
    "structures_sha256",
    "software_version",
    "threshold",
    "canvas",
    "flips",
    "pixel_size_um",
)
"""Columns of the wide form that every row repeats."""

MEASURED = {
    "measurement": "its name, which is its column in the wide form; empty if the photograph has no result",
    "vessels": "all, or only artery or vein; what a measurement is about anyway, its definition says",
    "region": "field for the whole field of view, or the part of it to which the row is limited",
    "value": "empty if it cannot be measured",
    "low": "lower end of the value's interval; empty if there is none",
    "high": "upper end of that interval",
    "unit": "of value, low and high; empty for a share, a ratio or a count",
    "reason": "why there is no value, as far as it is known",
    **{name: FOUND[name] for name in MADE_WITH},
}
"""The columns, in order, each with its meaning."""


def measurement_rows(findings: Findings) -> Iterator[dict[str, str]]:
    """One row for each measurement, then those of arteries and veins apart, by zone and quadrant, if they were made; as
    text by column, an unknown value as an empty string.
    """
    columns = columns_of(findings)
    made_with = {name: columns[name] for name in MADE_WITH}
    for each in MEASUREMENTS:
        low, high = findings.measurement_intervals.get(each.name) or (None, None)
        yield {
            "measurement": each.name,
            "vessels": ALL,
            "region": FIELD,
            "value": text(getattr(findings.measurements, each.name)),
            "low": text(low),
            "high": text(high),
            "unit": each.unit,
            "reason": findings.measurement_reasons.get(each.name, ""),
        } | made_with
    units = {each.name: each.unit for each in MEASUREMENTS}
    for part in findings.regional_measurements or ():
        if (part.vessels, part.region) != (ALL, FIELD) and part.name in units:
            yield {
                "measurement": part.name,
                "vessels": part.vessels,
                "region": part.region,
                "value": text(part.value),
                "unit": units[part.name],
                "reason": part.reason or "",
            } | made_with
