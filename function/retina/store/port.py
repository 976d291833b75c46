"""What a store of uploads must do. Chosen once, in `retina.app`; nothing else knows which it is."""

import re
from dataclasses import dataclass
from typing import Protocol

CONTENT_TYPES = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "image/bmp",
        "image/x-ms-bmp",
        "image/gif",
        "image/x-portable-anymap",
        "image/x-portable-bitmap",
        "image/x-portable-graymap",
        "image/x-portable-pixmap",
        "application/octet-stream",
    }
)
"""What may be uploaded; the last for a browser that does not know the type of its file."""

ID = re.compile(r"[0-9a-f]{32}")
NOT_FOUND = "There is no such upload: it was answered, has expired, or never came. Upload the photograph again."
FORM_SECONDS = 600
"""For how long an upload form is good."""
KEPT_SECONDS = 24 * 3600
"""For how long an upload is kept at most."""


@dataclass(frozen=True)
class UploadForm:
    """Where to send one photograph: a multipart form to `url`, with all `fields`, and last the file as `file`."""

    url: str
    fields: dict[str, str]


class Uploads(Protocol):
    """Photographs on their way, by a random id of 32 hexadecimal digits; each is deleted once answered."""

    def form(self, upload_id: str, content_type: str, here: str) -> UploadForm:
        """A form that takes one file under this id, of this type and size, for `FORM_SECONDS`.

        `here` is the address at which this service takes such forms itself, for a store that has none of its own.
        """
        ...

    def read(self, upload_id: str) -> bytes:
        """The photograph; raises `UploadNotFoundError`, and `PhotographTooLargeError` or `UnsupportedFormatError`
        where the policy was not kept.
        """
        ...

    def delete(self, upload_id: str) -> None:
        """Forget it; nothing happens where there is none."""
        ...
