"""API responses for saved predictions."""

from collections.abc import Iterable
from datetime import date

from retina.history.records import PredictionRecord
from retina.history.schemas import SavedPrediction


def saved_response(saved: PredictionRecord, *, regional: bool = True) -> SavedPrediction:
    """The API response for a saved prediction; without its `regional` measurements it is a tenth as large."""
    findings = saved.findings if regional else saved.findings.model_copy(update={"regional_measurements": None})
    facts = findings.model_dump()
    if saved.correction:
        own = saved.correction if regional else saved.correction.model_copy(update={"regional_measurements": None})
        facts |= own.instead_of(findings)
    return SavedPrediction(
        **facts | {"software_version": saved.software},
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
