"""What forbids to measure the vessels of a photograph: too little of the retina is seen, or it cannot be seen well."""

from collections.abc import Mapping

from retina.imaging.field_of_view import FieldOfView
from retina.imaging.quality import QualityReport

LEAST_VISIBLE = 0.5
"""Share of a full field of view that must be in the frame."""

HALF_VISIBLE = "Less than half of the field of view is in the frame."
UNUSABLE = "The quality of the photograph is unusable."


def obstacle(report: QualityReport, numbers: Mapping[str, float], view: FieldOfView) -> str | None:
    """A sentence, or None if there is none; `numbers` are those of `clarity`."""
    if view.frame == "disc" and numbers["visible"] < LEAST_VISIBLE:
        return HALF_VISIBLE
    return UNUSABLE if report.grade == "unusable" else None
