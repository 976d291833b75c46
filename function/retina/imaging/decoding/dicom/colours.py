"""Stored samples to 8-bit RGB: bits, sign, brightness, palette and luminance-chrominance (PS3.3, C.7.6.3.1).

Every stored value has at most 16 bits, so all of this is one table of at most 65,536 entries; only YBR needs more.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.pixels.processing import apply_color_lut

from retina.imaging.arrays import Rgb
from retina.imaging.decoding.depths import STRIP
from retina.imaging.decoding.dicom.frame import Values, stored_frame
from retina.imaging.decoding.dicom.grayscale import brightness, whole_range
from retina.imaging.decoding.dicom.header import Dicom
from retina.imaging.decoding.dicom.lookup import BITS, lookup_of
from retina.imaging.decoding.dicom.padding import is_padding

Table = NDArray[np.uint8]
"""8-bit values by stored value, uint8[N] or, for a palette, uint8[N,3]."""


def dicom_strips(dicom: Dicom, data: bytes) -> Iterator[Rgb]:
    """Decode the frame of `dicom`, opened from the file `data`, to strips of uint8[h,W,3].

    This, and reading a strip, may raise what `DAMAGE` lists.
    """
    values, is_rgb = stored_frame(dicom, data)
    table, samples = _table(dicom, values), dicom.samples
    luminance = samples.per_pixel == 3 and not is_rgb and samples.photometric.startswith("YBR_FULL")
    for top in range(0, dicom.height, STRIP):
        rows = table[values[top : top + STRIP]]
        if samples.per_pixel == 1:
            rows = rows[:, :, 0] if table.ndim == 2 else np.repeat(rows, 3, axis=2)
        elif luminance:
            stored = Image.frombytes("YCbCr", (rows.shape[1], rows.shape[0]), np.ascontiguousarray(rows).tobytes())
            rows = np.asarray(stored.convert("RGB"))
        yield np.ascontiguousarray(rows)


def _table(dicom: Dicom, values: Values) -> Table:
    """The table for this file. `values` decide how bright 16 bits are meant, as in TIFF and PNG files."""
    samples = dicom.samples
    cells = np.arange(1 << samples.allocated)
    every = cells >> samples.shift & ((1 << samples.stored) - 1)
    if samples.signed:
        every -= (every >> (samples.stored - 1)) << samples.stored
    if samples.photometric == "PALETTE COLOR":
        return _palette(dicom, every)
    if samples.per_pixel == 1:
        outside = is_padding(dicom, cells, every)
        shown = np.where(outside, 0, brightness(dicom, every, values, outside))
    else:
        shown = whole_range(dicom, every, values)
    levels: Table = np.rint(255 * np.clip(shown, 0, 1)).astype(np.uint8)
    return levels


def _palette(dicom: Dicom, every: NDArray[np.int64]) -> Table:
    """The colour of every stored value, reduced to 8 bits."""
    header, little_endian = dicom.header, dicom.pixel_data.little_endian
    names = [f"{colour}PaletteColorLookupTable" for colour in ("Red", "Green", "Blue")]
    if f"{names[0]}Data" in header:
        lookups = [
            lookup_of(header, little_endian=little_endian, descriptor=f"{name}Descriptor", data=f"{name}Data")
            for name in names
        ]
        colours = np.stack([lookup(every) for lookup in lookups], axis=1)
        if BITS[0] < (bits := max(lookup.bits for lookup in lookups)) < BITS[-1]:
            colours = np.rint(colours.clip(0, most := (1 << bits) - 1) * (255 / most))
    else:
        count, _, bits = header[f"{names[0]}Descriptor"].value
        if bits == 8 and not 0 < count <= 256:
            raise ValueError("pydicom would count its entries in 8 bits")
        colours = apply_color_lut(every, header)
    table: Table = (colours >> 8 if colours.max() > 255 else colours).astype(np.uint8)
    return table
