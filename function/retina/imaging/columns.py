"""The findings of a photograph as table columns, shared by `retina segment`, batches and the history."""

from retina.imaging.measurements.registry import MEASUREMENTS
from retina.imaging.schemas import Findings

FOUND = {
    "width": "of the upright photograph, in pixels",
    "height": "of the upright photograph, in pixels",
    "field_of_view_width": "of the field of view, in pixels",
    "frames": "number of pictures in the file; the first one was segmented",
    "pixel_size_um": "of a pixel on the retina in micrometres, as a DICOM file states it; empty if none was stated",
    "laterality": "left or right, as a DICOM file states it; empty if none was stated",
    "frame": "disc if an edge of the field of view was found, whole if the whole photograph was segmented",
    "fundus_like": "no if a photograph that does not look like a retina was segmented anyway, otherwise yes",
    "retina": "yes, unsure or no: whether it looks like a photograph of a retina; empty in results of earlier versions",
    "grade": "good, usable, poor or unusable: the photograph's quality; empty in results of earlier versions",
    "reasons": "why the grade is not good, separated by semicolons",
    "photo_sha256": "of the photograph's file as it was sent",
    "model_sha256": "of the network that found the vessels",
    "structures_sha256": "of what found arteries and veins, disc and fovea; empty if they were not looked for",
    "software_version": "of this software, when the photograph was segmented; empty in results of earlier versions",
    "threshold": "a vessel is where the probability is greater",
    "canvas": "width x height in pixels at which the network saw the field of view",
    "flips": "yes if mirror images were averaged (test-time augmentation)",
    "expected_dice": "expected agreement (Dice, 0 to 1) with a human observer's mask; empty if it is not known",
    "expected_dice_low": "lower end of the interval that contains the true Dice nine times out of ten",
    "expected_dice_high": "upper end of that interval",
    "expected_dice_reason": "why there is no expected_dice, in a sentence; otherwise empty",
    "artery_vein_reason": "why arteries and veins cannot be told apart, in a sentence; otherwise empty",
    "disc_x": "of the optic disc's centre, in pixels from that of the first pixel; empty if none was found",
    "disc_y": "of the optic disc's centre",
    "disc_long_axis": "of the optic disc's ellipse, in pixels from edge to edge",
    "disc_short_axis": "of the optic disc's ellipse",
    "disc_angle": "of the ellipse's long axis, in degrees clockwise from the horizontal",
    "disc_reason": "why no optic disc was found, in a sentence; empty if one was, or if it was not looked for",
    "fovea_x": "of the fovea, in pixels from the centre of the first pixel; empty if none was found",
    "fovea_y": "of the fovea",
    "fovea_reason": "why no fovea was found, in a sentence; empty if it was, or if it was not looked for",
    **{each.name: f"{each.meaning} Empty if it cannot be measured." for each in MEASUREMENTS},
}
"""The columns, in order, each with its meaning; `columns_of` fills them."""


def columns_of(findings: Findings) -> dict[str, str]:
    """The findings as text by column name; an unknown value is an empty string."""
    photograph, quality = findings.photograph, findings.quality
    low, high = quality.expected_dice_interval or (None, None)
    structures = findings.structures
    disc, fovea = (structures.disc, structures.fovea) if structures else (None, None)
    values = (
        photograph.width,
        photograph.height,
        photograph.field_of_view.width,
        photograph.frames,
        photograph.pixel_size_um,
        photograph.laterality,
        quality.field_of_view,
        quality.fundus_like,
        quality.retina,
        quality.grade,
        "; ".join(reason.rstrip(".") for reason in quality.reasons),
        photograph.sha256,
        findings.model.sha256,
        structures and structures.sha256,
        findings.software_version,
        findings.threshold,
        findings.canvas,
        findings.flips,
        quality.expected_dice,
        low,
        high,
        quality.expected_dice_reason,
        structures and structures.artery_vein_reason,
        *((disc.centre.x, disc.centre.y, disc.long_axis, disc.short_axis, disc.angle) if disc else [None] * 5),
        structures and structures.disc_reason,
        *((fovea.centre.x, fovea.centre.y) if fovea else [None] * 2),
        structures and structures.fovea_reason,
        *(getattr(findings.measurements, each.name) for each in MEASUREMENTS),
    )
    return {name: text(value) for name, value in zip(FOUND, values, strict=True)}


def text(value: object) -> str:
    """Format a value for a cell: yes or no for booleans, an empty string for None."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
