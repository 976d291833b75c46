"""The Content-Disposition header of a form's part, for clients that name a file only in the extended way of RFC 5987,
or not at all.

RFC 7578 does without `filename*`, so the parsers ignore it, and would take the file for a text field. So they would a
file without a name, which RFC 7578 allows, and say only that the field is too long.
"""

import re
from urllib.parse import unquote_to_bytes

from python_multipart.multipart import parse_options_header
from starlette.formparsers import MultiPartParser

from retina.api.photographs import MASKS, PHOTOGRAPH

PARAMETER = re.compile(rb';\s*([^\s=;]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)')

FILES = tuple(name.encode() for name in (PHOTOGRAPH, *MASKS))
"""The fields of the service's forms that are files."""


def with_file_name(disposition: bytes) -> bytes:
    """The header with a plain `filename`, in UTF-8, if it has only an extended one; otherwise the header itself."""
    if b"*" not in disposition or b"filename" in parse_options_header(disposition)[1]:
        return disposition
    extended = (value for name, value in PARAMETER.findall(disposition) if name.lower().startswith(b"filename*"))
    for value in extended:
        escaped = _decoded(value.strip().strip(b'"')).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        return disposition + b'; filename="' + escaped + b'"'
    return disposition


def as_file(disposition: bytes) -> bytes:
    """The header `with_file_name`, which is an empty one if a field that is always a file has none."""
    named = with_file_name(disposition)
    _, options = parse_options_header(named)
    without = b"filename" not in options and options.get(b"name") in FILES
    return named + b'; filename=""' if without else named


class FormParser(MultiPartParser):
    """Starlette's parser, for which parts with `filename*` alone are files, too, and so are nameless `FILES`."""

    def on_headers_finished(self) -> None:
        """Called once all headers of a part have arrived."""
        self._current_part.content_disposition = as_file(self._current_part.content_disposition or b"")
        super().on_headers_finished()


def _decoded(value: bytes) -> bytes:
    """The name in UTF-8, from `charset'language'percent-encoded`."""
    charset, _, encoded = value.partition(b"'")
    _, _, encoded = encoded.partition(b"'")
    if not encoded:
        return unquote_to_bytes(value)
    try:
        return unquote_to_bytes(encoded).decode(charset.decode(), "replace").encode()
    except (LookupError, UnicodeError, ValueError):
        return unquote_to_bytes(encoded)
