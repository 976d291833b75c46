"""The one photograph of a request: sent along in its form, or uploaded before."""

import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, File, Request, UploadFile
from pydantic import WithJsonSchema

from retina.api.dependencies import SettingsDep
from retina.api.problems import MISSING
from retina.errors import (
    FileMissingError,
    InvalidRequestError,
    NotAFundusPhotographError,
    PhotographError,
    PhotographTooLargeError,
    SeveralFilesError,
    too_large_inline,
)
from retina.services import Services
from retina.settings import Settings
from retina.storage.port import UPLOADS, Uploads

log = logging.getLogger("retina")

FORMATS = "the photograph: JPEG, PNG, TIFF, WebP, BMP, PNM or GIF"


FILE = WithJsonSchema({"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"})
"""A file that a form may lack is described as one all the same."""


async def photograph_bytes(
    request: Request, settings: SettingsDep, file: Annotated[UploadFile, FILE, File(description=FORMATS)]
) -> bytes:
    """The bytes of the form's one file."""
    await _refuse_repeated_fields(request)
    return await _inline(settings, file)


Data = Annotated[bytes, Depends(photograph_bytes)]


async def _refuse_repeated_fields(request: Request) -> None:
    fields = (await request.form()).multi_items()
    names = Counter(name for name, _ in fields)
    if sum(not isinstance(value, str) for _, value in fields) > 1 or names["file"] > 1:
        raise SeveralFilesError("Send one photograph per request; this one had several files.")
    if repeated := [name for name, count in names.items() if count > 1]:
        raise InvalidRequestError(f"The field “{repeated[0]}” was sent more than once. Send it once.")


async def _inline(settings: Settings, file: UploadFile) -> bytes:
    await file.seek(0)
    data = await file.read()
    if len(data) > settings.inline_bytes:
        raise PhotographTooLargeError(too_large_inline(settings.inline_bytes))
    return data


@asynccontextmanager
async def photograph_of(
    request: Request, services: Services, file: UploadFile | None, upload_id: str | None
) -> AsyncIterator[bytes]:
    """The bytes of the one photograph, sent along or uploaded before. An upload is deleted once it is answered.

    It is kept where the same photograph may be asked for again: when every core was busy, when the answer would not
    fit, and when it is unlike a retina, on which the caller may insist.
    """
    await _refuse_repeated_fields(request)
    if file and upload_id is not None:
        raise InvalidRequestError("Send either “file” or “upload_id”, not both.")
    if file:
        yield await _inline(services.settings, file)
        return
    if upload_id is None:
        raise FileMissingError(MISSING)
    uploads, key = services.uploads, UPLOADS + upload_id
    data = await to_thread.run_sync(uploads.read, key)
    try:
        yield data
    except NotAFundusPhotographError:
        raise
    except PhotographError:
        await to_thread.run_sync(_forget, uploads, key)
        raise
    await to_thread.run_sync(_forget, uploads, key)


def _forget(uploads: Uploads, key: str) -> None:
    try:
        uploads.delete(key)
    except Exception:  # whatever it was: the answer is made, and may be paid for; the upload expires by itself
        log.exception("an upload could not be deleted")
