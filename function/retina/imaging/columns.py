"""The findings of a photograph as table columns, shared by `retina segment`, batches and the history."""

from retina.imaging.schemas import Findings

FOUND = (
    "width",
    "height",
    "field_of_view_width",
    "fundus_like",
    "photo_sha256",
    "model_sha256",
    "threshold",
    "canvas",
    "flips",
    "expected_dice",
    "vascular_density",
)
"""The columns, in order; `columns_of` fills them."""


def columns_of(findings: Findings) -> dict[str, str]:
    """The findings as text by column name; an unknown value is an empty string."""
    photograph, quality = findings.photograph, findings.quality
    values = (
        photograph.width,
        photograph.height,
        photograph.field_of_view.width,
        quality.fundus_like,
        photograph.sha256,
        findings.model.sha256,
        findings.threshold,
        findings.canvas,
        findings.flips,
        quality.expected_dice,
        findings.measurements.vascular_density,
    )
    return {name: text(value) for name, value in zip(FOUND, values, strict=True)}


def text(value: object) -> str:
    """Format a value for a cell: yes or no for booleans, an empty string for None."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
