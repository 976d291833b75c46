"""API responses for saved predictions."""

from collections.abc import Iterable
from datetime import date

from retina.history.records import PredictionRecord
from retina.history.schemas import SavedPrediction


def saved_response(saved: PredictionRecord, *, regional: bool = True) -> SavedPrediction:
    """The API response for a saved prediction; without its `regional` measurements it is a tenth as large."""
    left_out = set() if regional else {"regional_measurements"}
    return SavedPrediction(
        **saved.findings.model_dump(exclude=left_out) | {"software_version": saved.software},
        subject=saved.labels.subject,
        eye=saved.labels.eye,
        taken_on=saved.labels.taken_on,
        note=saved.labels.note,
        file_name=saved.labels.file_name,
        day=date.fromisoformat(saved.day),
        saved=saved.saved,
        predicted=saved.predicted,
        image_urls=image_urls(saved.id, saved.images),
    )


def image_urls(id: str, images: Iterable[str]) -> dict[str, str]:
    """The URLs of the stored `images` of a saved prediction, by image name."""
    return {name: f"/api/v1/predictions/{id}/{name}.png" for name in images}
