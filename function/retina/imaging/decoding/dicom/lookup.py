"""Lookup tables of a DICOM header: modality, value of interest, palette (PS3.3, C.11.1.1, C.11.2.1 and C.7.6.3.1.5).

pydicom's own functions count entries in the type of the output, so that a table of 4,096 8-bit entries begins again
every 256 values, and know no modality tables of 10 to 15 bits.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from retina.imaging.decoding.depths import depth_of

MOST_ENTRIES = 1 << 16

SIGN = 1 << 15
"""From here on the first value of a table is negative, if it is stored with a sign or values are."""

KINDS = (None, "US", "SS", "OW", "OB", "UN")
"""How the numbers of a table may be stored; None if the file does not say."""

BITS = range(8, 17)
"""How many bits an entry may have."""


@dataclass(frozen=True)
class Lookup:
    """`entries`, uint8[N] or uint16[N], for the values from `first` on; `bits` of an entry are used."""

    entries: NDArray[Any]
    first: int
    bits: int

    def __call__(self, values: NDArray[Any]) -> NDArray[Any]:
        """The entries for `values`; the first and the last one for values outside the table."""
        first = self.first - (2 * SIGN if self.first >= SIGN and values.min() < 0 else 0)
        places = np.clip(np.rint(values) - first, 0, len(self.entries) - 1).astype(np.int64)
        found: NDArray[Any] = self.entries[places]
        return found

    @property
    def high(self) -> float:
        """The largest entry that the table may have; if it says 16 bits or too few, that of the depth it fills."""
        stated, most = float((1 << self.bits) - 1), int(self.entries.max())
        return depth_of(most) if self.bits == BITS[-1] or most > stated else stated


def lookup_of(
    item: Dataset, *, little_endian: bool, descriptor: str = "LUTDescriptor", data: str = "LUTData"
) -> Lookup:
    """The table in the attributes named `descriptor` and `data` of `item`.

    Raises `ValueError` if one is missing, or the table has fewer entries than it says.
    """
    word = "<u2" if little_endian else ">u2"
    count, first, bits = np.frombuffer(_stored(item, descriptor), word).tolist()
    if first >= SIGN and item.get_item(descriptor).VR == "SS":
        first -= 2 * SIGN
    count, stored = count or MOST_ENTRIES, _stored(item, data)
    if bits not in BITS or len(stored) < count:
        raise ValueError("a lookup table does not have what it says")
    if len(stored) >= 2 * count:
        return Lookup(np.frombuffer(stored, word, count).astype(np.uint16), first, bits)
    if not little_endian:  # bytes in words: each pair is swapped
        stored = np.frombuffer(stored, word).astype("<u2").tobytes()
    return Lookup(np.frombuffer(stored, np.uint8, count), first, bits)


def _stored(item: Dataset, name: str) -> bytes:
    """The value as in the file, whatever its type: pydicom would make a list of millions of numbers."""
    element = item.get_item(name)
    if element is None or element.VR not in KINDS or not isinstance(element.value, bytes):
        raise ValueError("a lookup table is incomplete")
    return element.value
