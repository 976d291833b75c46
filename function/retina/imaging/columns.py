"""What was found in a photograph as columns of a table: of `retina segment`, of batches and of the history alike."""

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
"""Columns of what was found; see `columns_of`."""


def columns_of(findings: Findings) -> dict[str, str]:
    """What was found, by column; empty where it is not known."""
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
    """As a cell has it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
