"""The one photograph of a request: sent in its form, or uploaded before."""

import logging
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, File, Form, Request, UploadFile
from pydantic import WithJsonSchema

from retina.api.parts import SettingsDep
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
from retina.imaging.decoding.header import ANY_FORMAT
from retina.settings import Settings
from retina.storage.port import UPLOADS, Uploads

log = logging.getLogger("retina")

PHOTOGRAPH = "file"
"""The field of a form that is the photograph."""

MASKS = ("corrected_mask", "corrected_arteries", "corrected_veins")
"""The fields of a form that are corrected masks, not photographs."""

DESCRIPTION = f"the photograph: {ANY_FORMAT}"


FILE = WithJsonSchema({"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"})
"""Described as a file in OpenAPI even where the form may omit it."""

UploadId = Annotated[
    str | None, Form(description="instead of file: the upload_id from POST /api/v1/uploads", examples=["6f1c…"])
]
"""The form field for a photograph that was uploaded."""


async def photograph_bytes(
    request: Request, settings: SettingsDep, file: Annotated[UploadFile, FILE, File(description=DESCRIPTION)]
) -> bytes:
    """The bytes of the form's one file."""
    await refuse_repeated_fields(request)
    await refuse_other_files(request, [PHOTOGRAPH])
    return await _inline(settings, file)


Data = Annotated[bytes, Depends(photograph_bytes)]


async def sent_photograph(
    request: Request, settings: Settings, file: UploadFile | None, upload_id: str | None, beside: Collection[str] = ()
) -> bytes | None:
    """The bytes of the form's photograph; None if the form names an upload instead. `beside` it, these fields may be
    files. Raises the `RequestError`s.
    """
    await refuse_repeated_fields(request)
    if file and upload_id is not None:
        raise InvalidRequestError("Send either “file” or “upload_id”, not both.")
    if not file and upload_id is None:
        raise FileMissingError(MISSING)
    await refuse_other_files(request, [PHOTOGRAPH, *beside])
    return await _inline(settings, file) if file else None


@contextmanager
def uploaded_photograph(uploads: Uploads, upload_id: str) -> Iterator[bytes]:
    """The bytes of an upload, which is deleted after the response; raises what `Uploads.read` raises.

    It is kept if the photograph may be requested again: when all cores were busy, when the response was too large, and
    when it does not look like a retina, since the caller may insist.
    """
    key = UPLOADS + upload_id
    data = uploads.read(key)
    try:
        yield data
    except NotAFundusPhotographError:
        raise
    except PhotographError:
        _forget(uploads, key)
        raise
    _forget(uploads, key)


async def refuse_repeated_fields(request: Request) -> None:
    """Raises `SeveralFilesError` for more than one photograph, and `InvalidRequestError` for a field sent twice."""
    fields = (await request.form()).multi_items()
    names = Counter(name for name, _ in fields)
    if sum(not isinstance(value, str) and name not in MASKS for name, value in fields) > 1 or names[PHOTOGRAPH] > 1:
        raise SeveralFilesError("Send one photograph per request; this one had several files.")
    if repeated := [name for name, count in names.items() if count > 1]:
        raise InvalidRequestError(f"The field “{repeated[0]}” was sent more than once. Send it once.")


async def refuse_other_files(request: Request, taken: Collection[str]) -> None:
    """Raises `InvalidRequestError` for a file in a field that is not among the `taken` ones."""
    for name, value in (await request.form()).multi_items():
        if not isinstance(value, str) and name not in taken:
            raise InvalidRequestError(f"This request takes no file “{name}”. Leave it out.")


async def _inline(settings: Settings, file: UploadFile) -> bytes:
    await file.seek(0)
    data = await file.read()
    if len(data) > settings.inline_bytes:
        raise PhotographTooLargeError(too_large_inline(settings.inline_bytes))
    return data


def _forget(uploads: Uploads, key: str) -> None:
    try:
        uploads.delete(key)
    except Exception:  # whatever it was: the response is ready and may be paid for; the upload will expire
        log.exception("an upload could not be deleted")
