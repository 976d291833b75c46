"""Batches: thousands of photographs with the same options, each processed as it arrives."""

import functools
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from fastapi import APIRouter, Response

from retina import deletion
from retina.api.addresses import ServiceUrl
from retina.api.auditing import Audited
from retina.api.callers import Owner
from retina.api.dependencies import ServicesDep
from retina.api.idempotency_key import Keyed
from retina.api.idempotent_creation import create
from retina.api.pagination import (
    Cursor,
    Limit,
    cursor_of,
    place_of,
)
from retina.api.pictures import names_of
from retina.api.problems import documented
from retina.api.routes.uploads import RECEIVED_AT
from retina.auth.callers import Caller
from retina.batches.records import Batch, Order
from retina.batches.schemas import (
    BatchCreate,
    BatchCreateResponse,
    BatchFile,
    BatchForm,
    BatchList,
    BatchResponse,
    Outcome,
)
from retina.deletion.account import leave_nothing
from retina.deletion.schemas import DeletionReceipt
from retina.errors import (
    BatchClosedError,
    InvalidRequestError,
    KeyLimitError,
    OtherKeyError,
    too_large_to_upload,
)
from retina.imaging.rendering import FILES, INTERVALS
from retina.services import Services
from retina.storage.port import FILE_NAME, FORM_SECONDS
from retina.storage.records import Change

ANY_TYPE = "application/octet-stream"

router = APIRouter(
    prefix="/api/v1/batches",
    tags=["batches"],
    responses=documented({401: "Neither a valid sign-in nor an API key"}),
)
MISSING = documented({404: "There is no such batch"})
OTHERS = "The API key has not started this batch"


@router.post(
    "",
    status_code=201,
    summary="Create a batch",
    responses=documented(
        {
            402: "Not enough credits for all photographs",
            409: "The account has as many batches, or as many bytes in open batches, as allowed",
            429: "The API key may not spend so many credits now; see Retry-After",
        }
    ),
)
def create_batch(
    services: ServicesDep,
    url: ServiceUrl,
    response: Response,
    caller: Owner,
    log: Audited,
    keyed: Keyed,
    body: BatchCreate,
) -> BatchCreateResponse:
    """Announces photographs by name and size, and returns a form for uploading them, in any order.

    Each photograph is processed as soon as it arrives. One credit is reserved for each, and spent when it is done; the
    credits of rejected and failed photographs become available again. No photograph may be larger than its announced
    size.
    """
    outputs, known = dict.fromkeys(names_of(body.outputs)), (*FILES, INTERVALS)
    if not outputs or not set(outputs) <= set(known):
        raise InvalidRequestError(f"“outputs” takes any of these, separated by commas: {', '.join(known)}.")
    pictures = tuple(name for name in outputs if name != INTERVALS)
    order = Order(pictures, body.threshold, body.flips, body.force, intervals=INTERVALS in outputs)
    files = [(item.name, item.size) for item in body.items]
    refused = dict(_refused(body.items, services.settings.upload_bytes))
    noted = log.entry_of(caller, "batch.made")

    def make(extra_changes: Callable[[str], Sequence[Change]]) -> Batch:
        def changes(id: str) -> Sequence[Change]:
            return (noted(id), *extra_changes(id))

        return services.batches.create(caller.account, caller.key_id, files, order, refused, changes)

    find = functools.partial(services.batches.get, caller.account)
    batch = create(services, caller, keyed, response, make, find)
    leave_nothing(services, caller.account)
    return BatchCreateResponse(**vars(_response(services, batch)), upload=_form(services, url, batch))


@router.get("", summary="List batches")
def list_batches(
    services: ServicesDep, caller: Owner, log: Audited, limit: Limit = 20, cursor: Cursor = None
) -> BatchList:
    """Lists the batches, newest first."""
    log.seen(caller, "batches.listed")
    found, place = services.batches.of(caller.account, limit, place_of(cursor))
    return BatchList(batches=[_response(services, batch) for batch in found], next=cursor_of(place))


@router.get("/{id}", summary="Progress of a batch", responses=MISSING)
def get_batch(services: ServicesDep, caller: Owner, id: str) -> BatchResponse:
    """Returns how many of the photographs are in which state."""
    return _response(services, services.batches.get(caller.account, id))


@router.delete("/{id}", summary="Delete a batch", responses=MISSING)
def delete_batch(services: ServicesDep, caller: Owner, log: Audited, id: str) -> DeletionReceipt:
    """Stops the batch, and deletes its photographs, names, results and exports. The receipt says how many.

    Backups of records, if the service keeps any, lose the data within 35 days; photographs are not in backups.
    """
    batch = services.batches.get(caller.account, id)
    log.note(caller, "batch.deleted", id)
    return deletion.delete_batch(services, batch)


@router.post(
    "/{id}/upload",
    summary="Get a new upload form for a batch",
    responses=MISSING | documented({403: OTHERS, 409: "The batch is finished or cancelled"}),
)
def renew_form(services: ServicesDep, url: ServiceUrl, caller: Owner, id: str) -> BatchForm:
    """Returns a fresh form for uploading the photographs. An API key gets one only for a batch that it has started."""
    batch = _own(services, caller, id)
    if batch.cancelled or batch.unfinished <= 0:
        state = "cancelled" if batch.cancelled else "finished"
        raise BatchClosedError(
            f"This batch is {state} and accepts no photographs. Retry it first, or create another one."
        )
    return _form(services, url, batch)


@router.post("/{id}/cancel", summary="Cancel a batch", responses=MISSING)
def cancel_batch(services: ServicesDep, caller: Owner, log: Audited, id: str) -> BatchResponse:
    """Stops the batch. Photographs that are not finished count as failed (code `cancelled`), and can be retried."""
    batch = services.batches.get(caller.account, id)
    log.note(caller, "batch.cancelled", id)
    return _response(services, services.batches.cancel(batch))


@router.post(
    "/{id}/retry",
    summary="Retry failed photographs",
    responses=MISSING
    | documented(
        {
            402: "Not enough credits for all photographs",
            403: OTHERS,
            429: "The API key that started the batch may not spend so many credits now",
        }
    ),
)
def retry_batch(services: ServicesDep, caller: Owner, log: Audited, id: str) -> BatchResponse:
    """Queues failed photographs again, including those of a cancelled batch. Rejected photographs stay rejected.

    An API key may retry only a batch that it has started; people may retry all.
    """
    batch = _own(services, caller, id)
    log.note(caller, "batch.retried", id)
    try:
        return _response(services, services.batches.retry(batch))
    except KeyLimitError as error:
        raise error if caller.key_id else error.to_person() from None


def _own(services: Services, caller: Caller, id: str) -> Batch:
    """The batch, if the caller may spend the credits of whoever started it; raises `OtherKeyError`."""
    batch = services.batches.get(caller.account, id)
    if caller.key_id not in ("", batch.key_id):
        raise OtherKeyError(
            "This batch was started by another API key or by a person. A key may send photographs to and retry only "
            "its own batches. Use the key that started it, or retry it on the page."
        )
    return batch


def _refused(files: Iterable[BatchFile], limit: int) -> Iterable[tuple[int, Outcome]]:
    for number, file in enumerate(files):
        if file.size > limit:
            yield number, Outcome(status="rejected", code="photograph_too_large", detail=too_large_to_upload(limit))
        elif not file.size:
            yield number, Outcome(status="rejected", code="photograph_unreadable", detail="The file is empty.")


def _form(services: Services, url: str, batch: Batch) -> BatchForm:
    limit = min(batch.largest or services.settings.upload_bytes, services.settings.upload_bytes)
    form = services.uploads.form(batch.folder + FILE_NAME, ANY_TYPE, url + RECEIVED_AT, limit)
    return BatchForm(url=form.url, fields=form.fields, max_bytes=limit, expires_in=FORM_SECONDS)


def _response(services: Services, batch: Batch) -> BatchResponse:
    counts = services.batches.items.counts(batch)
    ended = counts.done + counts.rejected + counts.failed == counts.total
    return BatchResponse(
        id=batch.id,
        created=batch.created,
        expires=datetime.fromtimestamp(batch.expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        state="cancelled" if batch.cancelled else "done" if ended else "open",
        outputs=[*batch.order.outputs, *([INTERVALS] if batch.order.intervals else [])],
        counts=counts,
    )
