"""The history: saved predictions with their images, and measurements from visit to visit."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from starlette.responses import RedirectResponse

from retina import deletion
from retina.api.auditing import Audited
from retina.api.callers import Owner
from retina.api.dependencies import ServicesDep
from retina.api.pagination import (
    Cursor,
    Limit,
    cursor_of,
    place_of,
)
from retina.api.problems import documented
from retina.api.routes.links import LinksUrl, redirect
from retina.deletion.schemas import DeletionReceipt
from retina.errors import NotFoundError
from retina.history.answers import saved_response
from retina.history.records import Labels, PredictionRecord
from retina.history.schemas import (
    Eye,
    HistoryPage,
    LabelUpdate,
    SavedPrediction,
    Subject,
    Trend,
    TrendPoint,
    Trends,
)
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.imaging.rendering import THUMBNAIL

router = APIRouter(
    tags=["history"],
    responses=documented({401: "Neither a valid sign-in nor an API key"}),
)
MISSING = documented({404: "There is no such saved prediction"})


@router.get("/api/v1/predictions", summary="List saved predictions")
def list_predictions(
    services: ServicesDep,
    caller: Owner,
    log: Audited,
    subject: Annotated[Subject | None, Query()] = None,
    eye: Annotated[Eye | None, Query()] = None,
    taken_from: Annotated[date | None, Query(description="the first day")] = None,
    taken_to: Annotated[date | None, Query(description="the last day")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> HistoryPage:
    """Lists saved predictions, latest day first: the day the photograph was taken or, if unknown, saved (in UTC).

    `regional_measurements` are null here; get a prediction for them.
    """
    found, place = services.history.of(
        caller.account,
        subject=subject,
        eye=eye,
        first=taken_from,
        last=taken_to,
        limit=limit,
        after=place_of(cursor),
    )
    log.seen(caller, "predictions.listed")
    return HistoryPage(predictions=[saved_response(saved, regional=False) for saved in found], next=cursor_of(place))


@router.get("/api/v1/predictions/{id}", summary="Get a saved prediction", responses=MISSING)
def get_prediction(services: ServicesDep, caller: Owner, log: Audited, id: str) -> SavedPrediction:
    """Returns a saved prediction; its images are at the `image_urls`."""
    saved = services.history.get(caller.account, id)
    log.seen(caller, "prediction.seen", id)
    return saved_response(saved)


@router.patch("/api/v1/predictions/{id}", summary="Change the labels of a saved prediction", responses=MISSING)
def change_prediction(
    services: ServicesDep, caller: Owner, log: Audited, id: str, change: LabelUpdate
) -> SavedPrediction:
    """Changes subject, eye, date, note or file name. Fields that are left out stay as they are."""
    changes = {name: getattr(change, name) for name in change.model_fields_set}
    changes = {name: value or "unknown" if name == "eye" else value or None for name, value in changes.items()}

    def changed(labels: Labels) -> Labels:
        return Labels(**{**vars(labels), **changes})

    entry = log.entry(caller, "prediction.changed", id)
    answer = saved_response(services.history.label(caller.account, id, changed, entry))
    services.records.erase()  # the earlier labels may have contained a name
    return answer


@router.delete("/api/v1/predictions/{id}", summary="Delete a saved prediction", responses=MISSING)
def delete_prediction(services: ServicesDep, caller: Owner, log: Audited, id: str) -> DeletionReceipt:
    """Deletes the prediction, its photograph and images, stored responses about it, and exports of the history.

    Exports in progress start again without it. The receipt says what was deleted and what remains: backups of records,
    if the service keeps any, lose it within 35 days; photographs are not in backups.
    """
    entry = log.entry(caller, "prediction.deleted", id)
    return deletion.delete_prediction(services, caller.account, id, entry)


@router.get(
    "/api/v1/predictions/{id}/{image}.png",
    status_code=307,
    summary="A picture of a saved prediction",
    response_class=RedirectResponse,
    responses=MISSING,
)
def get_picture(services: ServicesDep, links: LinksUrl, caller: Owner, log: Audited, id: str, image: str) -> Response:
    """Redirects to a download link that works for 15 minutes: photograph (without metadata), thumbnail (128x128), mask,
    probability, overlay or skeleton, artery_vein or disc if it was saved with one of them, and of a correction
    corrected-mask, corrected-arteries, corrected-veins and corrected-field (where vessels could be corrected).
    """
    images = services.history.get(caller.account, id).images
    if image not in images:
        raise NotFoundError(f"There is no such picture. There are these: {', '.join(images)}.")
    link = services.history.link(caller.account, id, image, links)
    if image == THUMBNAIL:  # a part of the list
        log.seen(caller, "predictions.listed")
    else:
        log.seen(caller, "picture.opened", f"{id}:{image}")
    return redirect(link)


@router.get("/api/v1/trends", summary="Measurements of one eye over time")
def trends(
    services: ServicesDep,
    caller: Owner,
    log: Audited,
    subject: Annotated[Subject, Query()],
    eye: Annotated[Eye, Query()],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Trends:
    """Returns one point per visit, with model and options; compare values only where these are the same.

    Values are those of the network's own vessels, whatever a person has corrected: others could not be compared.
    """
    visits, place = services.history.of(
        caller.account, subject=subject, eye=eye, limit=limit, after=place_of(cursor), backwards=False
    )
    log.seen(caller, "trends.seen")
    measured = [
        Trend(measurement=each.name, unit=each.unit, points=[_point(saved, each.name) for saved in visits])
        for each in MEASUREMENTS
    ]
    return Trends(subject=subject, eye=eye, trends=measured, next=cursor_of(place))


def _point(saved: PredictionRecord, measurement: str) -> TrendPoint:
    findings = saved.findings
    value: Any = getattr(findings.measurements, measurement)
    return TrendPoint(
        id=saved.id,
        on=date.fromisoformat(saved.day),
        value=value,
        model_sha256=findings.model.sha256,
        structures_sha256=findings.structures.sha256 if findings.structures else None,
        threshold=findings.threshold,
        canvas=findings.canvas,
        flips=findings.flips,
        expected_dice=findings.quality.expected_dice,
        corrected=saved.correction is not None,
    )
