"""The Content-Disposition header of a form's part, for clients that name a file only in the extended way of RFC 5987.

RFC 7578 does without `filename*`, so the parsers ignore it, and would take the file for a text field.
"""

import re
from urllib.parse import unquote_to_bytes

from python_multipart.multipart import parse_options_header
from starlette.formparsers import MultiPartParser

PARAMETER = re.compile(rb';\s*([^\s=;]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)')


def with_file_name(disposition: bytes) -> bytes:
    """The header with a plain `filename`, in UTF-8, if it has only an extended one; otherwise the header itself."""
    if b"*" not in disposition or b"filename" in parse_options_header(disposition)[1]:
        return disposition
    extended = (value for name, value in PARAMETER.findall(disposition) if name.lower().startswith(b"filename*"))
    for value in extended:
        escaped = _decoded(value.strip().strip(b'"')).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        return disposition + b'; filename="' + escaped + b'"'
    return disposition


class FormParser(MultiPartParser):
    """Starlette's parser, for which a part with `filename*` alone is a file, too."""

    def on_headers_finished(self) -> None:
        """Called once all headers of a part have arrived."""
        self._current_part.content_disposition = with_file_name(self._current_part.content_disposition or b"")
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
