"""Where one frame of a DICOM file is, and whether the file has as many frames as its header says.

Takes an opened file with its bytes. Nothing is decoded here.
"""

import io

import numpy as np
from pydicom.encaps import get_frame, parse_basic_offsets, parse_fragments

from retina.errors import PhotographUnreadableError
from retina.imaging.decoding.dicom.header import Dicom

ITEM_BYTES = 8
"""What precedes each fragment: its mark, and its length in four bytes (PS3.5, section A.4)."""

END, END_BYTES = b"\xff\xd9", 10
"""The marker that ends a frame in all JPEG formats, and how many of a fragment's last bytes may contain it."""


def _other_frames(stated: int) -> PhotographUnreadableError:
    return PhotographUnreadableError(
        f"The frames of this DICOM file are not as many as its header says ({stated}), or not where it says. "
        "Export it again."
    )


def demand_frame(dicom: Dicom, data: bytes) -> None:
    """Raise `PhotographUnreadableError` unless the file `data`, opened as `dicom`, has its frame, and as many as its
    header says, or what `DAMAGE` lists if that cannot be found out.
    """
    stated = dicom.facts.frames
    are_there = is_filled(dicom) if dicom.pixel_data.codec is None else _are_where_stated(dicom, data)
    if not (are_there and dicom.frame < stated):
        raise _other_frames(stated)


def demand_one_frame(dicom: Dicom, data: bytes) -> None:
    """Raise `PhotographUnreadableError` if the file `data`, opened as `dicom`, whose header says one frame or none, has
    several: the others would be left out without a word.
    """
    if dicom.pixel_data.codec is not None:
        stream = io.BytesIO(data)
        stream.seek(dicom.pixel_data.start)
        parse_basic_offsets(stream)
        if len(_beginnings(dicom, data, parse_fragments(stream)[1])) > 1:
            raise _other_frames(1)


def frame_samples(dicom: Dicom) -> int:
    """How many samples an uncompressed frame has."""
    halved = dicom.samples.photometric == "YBR_FULL_422"  # two pixels share their colour
    return dicom.height * dicom.width * (2 if halved else dicom.samples.per_pixel)


def is_filled(dicom: Dicom) -> bool:
    """Whether uncompressed pixels are as many as height, width and frames say. A few bytes of padding are usual.

    A wrong height or width would show a sheared picture.
    """
    size = frame_samples(dicom) * dicom.samples.allocated // 8
    surplus = (dicom.pixel_data.length or 0) - size * dicom.facts.frames
    return 0 <= surplus < min(dicom.height, dicom.width)


def compressed_frame(dicom: Dicom, data: bytes) -> bytes:
    """The compressed bytes of the frame, its fragments put together. Raises what `DAMAGE` lists if there are none."""
    stream = io.BytesIO(data)
    stream.seek(dicom.pixel_data.start)
    offsets, stated = dicom.pixel_data.offsets, dicom.facts.frames
    return get_frame(stream, dicom.frame, extended_offsets=offsets, number_of_frames=stated)


def _are_where_stated(dicom: Dicom, data: bytes) -> bool:
    """Whether there are as many compressed frames as the header says, each where an offset table, if any, says."""
    stated, tables = dicom.facts.frames, dicom.pixel_data.offsets
    stream = io.BytesIO(data)
    stream.seek(dicom.pixel_data.start)
    basic = parse_basic_offsets(stream)
    first = stream.tell()
    count, places = parse_fragments(stream)
    if tables:  # then each fragment is a frame
        offsets, lengths = (np.frombuffer(table, "<u8").tolist() for table in tables)
        spans = [_span(data, place) for place in places]
        fits = len(lengths) == count and all(
            end - start - length in (0, 1) for (start, end), length in zip(spans, lengths, strict=True)
        )
        return count == stated and fits and offsets == [place - first for place in places]
    if count != stated:
        places = _beginnings(dicom, data, places)
    return len(places) == stated and basic in ([], [place - first for place in places])


def _beginnings(dicom: Dicom, data: bytes, places: list[int]) -> list[int]:
    """Those of the fragments' `places` where frames begin."""
    if dicom.pixel_data.codec == "RLE":
        return places
    ended = [True, *(_ends_frame(data, place) for place in places[:-1])]
    return [place for place, begins in zip(places, ended, strict=False) if begins]


def _ends_frame(data: bytes, place: int) -> bool:
    start, end = _span(data, place)
    return END in data[max(start, end - END_BYTES) : end]


def _span(data: bytes, place: int) -> tuple[int, int]:
    """Where the fragment begins and ends whose item is at `place`."""
    start = place + ITEM_BYTES
    return start, start + int.from_bytes(data[start - 4 : start], "little")
