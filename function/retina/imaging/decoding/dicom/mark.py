"""The mark that every DICOM file carries (PS3.10, section 7.1). Any process may look for it: this needs no library."""

PREAMBLE = 128
"""Bytes before the mark, whatever they are."""

MARK = b"DICM"


def is_dicom(data: bytes) -> bool:
    """Whether the file carries the mark."""
    return data[PREAMBLE : PREAMBLE + len(MARK)] == MARK
