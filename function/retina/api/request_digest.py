"""The SHA-256 of a request: the same for a repetition of it, different for any other request.

Files are read from the start and rewound afterwards, so it makes no difference whether the body was read before.
"""

import hashlib

from fastapi import Request
from starlette.datastructures import UploadFile

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


async def request_digest(request: Request) -> str:
    """64 hexadecimal digits, from the URL and the form's fields in any order or, for other bodies, every byte.

    The boundary of a multipart form and the names of its files do not count, since a client that repeats a request
    creates a new boundary.
    """
    parts = [request.url.path.encode()]
    if request.url.query:
        parts.append(b"?" + request.url.query.encode())
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in FORMS:
        for name, value in sorted((await request.form()).multi_items(), key=lambda field: field[0]):
            content = await _whole(value) if isinstance(value, UploadFile) else value.encode()
            parts.append(name.encode() + b"=" + _sha256(content))
    elif body := await request.body():
        parts.append(b"body " + _sha256(body))
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


async def _whole(file: UploadFile) -> bytes:
    await file.seek(0)
    content = await file.read()
    await file.seek(0)
    return content


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
