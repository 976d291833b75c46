"""API responses for saved predictions."""

from datetime import date

from retina.history.records import PredictionRecord, images_of
from retina.history.schemas import SavedPrediction
from retina.imaging.schemas import Findings


def saved_response(saved: PredictionRecord, *, regional: bool = True) -> SavedPrediction:
    """The API response for a saved prediction; without its `regional` measurements it is a tenth as large."""
    left_out = set() if regional else {"regional_measurements"}
    return SavedPrediction(
        **saved.findings.model_dump(exclude=left_out) | {"software_version": saved.software},
        subject=saved.labels.subject,
        eye=saved.labels.eye,
        taken_on=saved.labels.taken_on,
        note=saved.labels.note,
        day=date.fromisoformat(saved.day),
        saved=saved.saved,
        predicted=saved.predicted,
        image_urls=image_urls(saved.findings),
    )


def image_urls(findings: Findings) -> dict[str, str]:
    """The URLs of the images that are stored with `findings`, by image name."""
    return {name: f"/api/v1/predictions/{findings.id}/{name}.png" for name in images_of(findings)}
