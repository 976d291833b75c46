"""Reads a multipart form as a stream: first its fields, then the one file at its end, which is never in memory as a
whole.
"""

from collections import deque
from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException

from retina.api.content_disposition import as_file
from retina.errors import UploadRefusedError

FIELDS_BYTES = 16 * 2**10
"""The limit for all fields together, in bytes."""
FIELDS = 32
FILE_LAST = "Send one file as the field “file”, after all other fields."


class StreamedForm:
    """Call `head` first, then `file`. Both raise `UploadRefusedError`, and 400 for an invalid multipart form."""

    def __init__(self, content_type: str, body: AsyncIterator[bytes]) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data":
            raise UploadRefusedError(FILE_LAST)
        if not options.get(b"boundary"):
            raise HTTPException(400)
        self._body = body
        self._fields: dict[str, str] = {}
        self._name, self._file_name = "", ""
        self._header, self._value, self._disposition = b"", b"", b""
        self._text = bytearray()
        self._size = 0
        self._pieces: deque[bytes] = deque()
        self._in_file = self._ended = False
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": self._begin,
                "on_header_field": self._add_header,
                "on_header_value": self._add_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._add,
                "on_part_end": self._end,
                "on_end": self._finish,
            },
        )

    async def head(self) -> tuple[dict[str, str], str]:
        """The fields before the file, and the file's name. Reads no more of the file than arrived with the fields."""
        while not self._in_file:
            if not await self._read():
                raise UploadRefusedError(FILE_LAST)
        return self._fields, self._file_name

    async def file(self) -> AsyncIterator[bytes]:
        """The chunks of the file. Raises 400 after the last one if the form is incomplete."""
        while True:
            while self._pieces:
                yield self._pieces.popleft()
            if not await self._read():
                break
        if not self._ended:
            raise HTTPException(400)

    async def _read(self) -> bool:
        async for piece in self._body:
            if not piece:
                continue
            try:
                self._parser.write(piece)
            except FormParserError:
                raise HTTPException(400) from None
            return True
        return False

    def _begin(self) -> None:
        if self._in_file:
            raise UploadRefusedError(FILE_LAST)
        self._disposition = b""
        self._text.clear()

    def _add_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _end_headers(self) -> None:
        _, options = parse_options_header(as_file(self._disposition))
        self._name = options.get(b"name", b"").decode(errors="replace")
        if b"filename" in options:
            if self._name != "file":
                raise UploadRefusedError(FILE_LAST)
            self._in_file, self._file_name = True, options[b"filename"].decode(errors="replace")
        elif len(self._fields) == FIELDS:
            raise UploadRefusedError(FILE_LAST)
        elif self._name in self._fields:
            raise UploadRefusedError(f"The field “{self._name[:50]}” was sent more than once. Send it once.")

    def _add(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._pieces.append(data[start:end])
            return
        self._size += end - start + len(self._name)
        if self._size > FIELDS_BYTES:
            raise UploadRefusedError("The fields of the upload form are too large. Send them as you received them.")
        self._text += data[start:end]

    def _end(self) -> None:
        if not self._in_file:
            self._fields[self._name] = self._text.decode(errors="replace")

    def _finish(self) -> None:
        self._ended = True
