"""Exports: a batch, the history or the account as ZIP files, made by a worker."""

import functools
from collections.abc import Callable, Sequence

from fastapi import APIRouter, Response

from retina import deletion
from retina.accounts.audit import Action
from retina.api.auditing import Audited
from retina.api.callers import Owner
from retina.api.dependencies import ServicesDep
from retina.api.idempotency_key import Keyed
from retina.api.idempotent_creation import create
from retina.api.problems import documented
from retina.api.routes.links import LinksUrl
from retina.auth.callers import Caller
from retina.deletion.account import leave_nothing
from retina.deletion.schemas import DeletionReceipt
from retina.errors import InvalidRequestError, PersonRequiredError
from retina.exports.records import Export
from retina.exports.schemas import ExportCreate, ExportPart, ExportResponse
from retina.services import Services
from retina.storage.records import Change

router = APIRouter(
    prefix="/api/v1/exports",
    tags=["exports"],
    responses=documented(
        {
            401: "Neither a valid sign-in nor an API key",
            403: "API keys cannot export the whole account",
            404: "There is no such batch or export",
            409: "The account has too many exports",
            422: "Not exactly one of batch, history, account and training",
        }
    ),
)


@router.post("", status_code=202, summary="Create an export")
def create_export(
    services: ServicesDep,
    links: LinksUrl,
    response: Response,
    caller: Owner,
    log: Audited,
    keyed: Keyed,
    body: ExportCreate,
) -> ExportResponse:
    """Exports the current state of a batch (tables and images), the history (with photographs), or the account as ZIP
    files. The tables are in both forms: results.csv or history.csv, and measurements.csv.

    The export of the account is the history plus keys.csv (names, no secrets), batches.csv, ledger.csv, purchases.csv
    and audit.csv;
    it needs a signed-in user.

    For training, it is a labelled set of the corrected predictions: images/, vessels/, arteries/ and veins/ where they
    were corrected, fov/, split.csv (id,split), corrections.csv (who corrected what, and which network's mask) and
    README.txt.
    """
    if [body.batch is not None, body.history, body.account, body.training].count(True) != 1:
        raise InvalidRequestError(
            "Say what to export: “batch” with its id, “history”: true, “account”: true, or “training”: true. Choose "
            "exactly one."
        )
    if body.account and caller.key_id:
        raise PersonRequiredError("API keys cannot export the whole account. Sign in as a person.")
    batch = services.batches.get(caller.account, body.batch).id if body.batch is not None else ""
    exported: Action = "batch.exported" if batch else "account.exported" if body.account else "history.exported"
    noted = log.entry_of(caller, exported, batch)

    def make(extra_changes: Callable[[str], Sequence[Change]]) -> Export:
        def changes(id: str) -> Sequence[Change]:
            return (noted(id), *extra_changes(id))

        return services.exports.create(caller.account, batch, changes, whole=body.account, training=body.training)

    find = functools.partial(services.exports.again, caller.account)
    export = create(services, caller, keyed, response, make, find)
    leave_nothing(services, caller.account)
    return _response(services, links, export)


@router.get("/{id}", summary="Status of an export")
def get_export(services: ServicesDep, links: LinksUrl, caller: Owner, log: Audited, id: str) -> ExportResponse:
    """Returns the state of the export and, once it is ready, download links that work for 15 minutes.

    Request it again for new links.
    """
    current = _response(services, links, _export_of(services, caller, id))
    if current.url:
        log.seen(caller, "export.downloaded", id)
    return current


@router.delete("/{id}", summary="Delete an export")
def delete_export(services: ServicesDep, caller: Owner, log: Audited, id: str) -> DeletionReceipt:
    """Deletes the files of the export. An export in progress is stopped."""
    export = _export_of(services, caller, id)
    log.note(caller, "export.deleted", id)
    return deletion.delete_export(services, export)


def _export_of(services: Services, caller: Caller, id: str) -> Export:
    """The caller's export with this id; raises `NotFoundError`, and `PersonRequiredError` if a key asks for an
    account's.
    """
    export = services.exports.get(caller.account, id)
    if export.whole and caller.key_id:
        raise PersonRequiredError("API keys cannot access an export of the whole account. Sign in as a person.")
    return export


def _response(services: Services, links_url: str, export: Export) -> ExportResponse:
    links = services.exports.links(export, links_url)
    parts = [ExportPart(name=name, bytes=size, url=url) for name, size, url in links]
    return ExportResponse(
        id=export.id,
        created=export.created,
        state=export.state,
        bytes=export.bytes,
        url=parts[0].url if parts else None,
        parts=parts,
    )
