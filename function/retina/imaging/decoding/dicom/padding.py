"""Padding: values that say where a monochrome frame has no picture (PS3.3, section C.7.5.1.1.2).

Padded pixels are outside the picture. They are black, and no window or table is applied to them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from retina.imaging.decoding.dicom.header import Dicom

WORD, SIGN = 2, 1 << 15
"""Bytes of the attributes, and from where on they are negative, if samples have a sign."""


def is_padding(dicom: Dicom, cells: NDArray[np.int64], every: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the values `every`, which are those of the whole `cells` as stored, are padding: bool[N].

    Pixel Padding Value is one such value, and with Pixel Padding Range Limit one end of a range. It may be one that
    only bits beyond those stored can have.
    """
    order = "<" if dicom.pixel_data.little_endian else ">"
    value, limit = (_word(dicom.header, name, order) for name in ("PixelPaddingValue", "PixelPaddingRangeLimit"))
    if value is None:
        return np.zeros(every.shape, bool)
    ends = [
        end - 2 * SIGN * (dicom.samples.signed and end >= SIGN) for end in (value, value if limit is None else limit)
    ]
    found: NDArray[np.bool_] = (every >= min(ends)) & (every <= max(ends)) | (cells == value)
    return found


def _word(header: Dataset, name: str, order: str) -> int | None:
    """The attribute as stored: writers do not agree on whether it has a sign. None if it is absent or empty."""
    element = header.get_item(name)
    stored: Any = element.value if element is not None else None
    if not isinstance(stored, bytes) or len(stored) < WORD:
        return None
    return int(np.frombuffer(stored, f"{order}u2", 1)[0])
