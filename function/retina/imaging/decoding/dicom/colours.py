"""Stored samples to 8-bit RGB: bits, sign, rescaling, window, palette and luminance-chrominance (PS3.3, C.7.6.3.1).

Every stored value has at most 16 bits, so all of this is one table of at most 65,536 entries; only YBR needs more.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.pixels.processing import apply_color_lut

from retina.imaging.arrays import Rgb
from retina.imaging.decoding.depths import STRIP, depth_of
from retina.imaging.decoding.dicom.frame import Values, stored_frame
from retina.imaging.decoding.dicom.header import Dicom
from retina.imaging.decoding.dicom.values import Window, number, window_of

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
    every = np.arange(1 << samples.allocated) >> samples.shift & ((1 << samples.stored) - 1)
    if samples.signed:
        every -= (every >> (samples.stored - 1)) << samples.stored
    if samples.photometric == "PALETTE COLOR":
        return _palette(dicom, every)
    if samples.per_pixel == 1:
        window = window_of(dicom.header)
        slope = number(dicom.header, "RescaleSlope") or 1.0
        if window:
            shown = windowed(every * slope + (number(dicom.header, "RescaleIntercept") or 0.0), window)
        else:
            shown = _whole_range(dicom, every, values)
            shown = shown if slope > 0 else 1 - shown
        if samples.photometric == "MONOCHROME1":
            shown = 1 - shown
    else:
        shown = _whole_range(dicom, every, values)
    levels: Table = np.rint(255 * np.clip(shown, 0, 1)).astype(np.uint8)
    return levels


def windowed(values: NDArray[Any], window: Window) -> NDArray[Any]:
    """Apply `window`; returns brightness from 0 to 1 (PS3.3, section C.11.2.1)."""
    if window.function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (values - window.centre) / window.width, -700, 700)))
    if window.function == "LINEAR_EXACT":
        return np.clip((values - window.centre) / window.width + 0.5, 0, 1)
    if window.width == 1:
        return np.where(values > window.centre - 0.5, 1.0, 0.0)
    return np.clip((values - (window.centre - 0.5)) / (window.width - 1) + 0.5, 0, 1)


def _whole_range(dicom: Dicom, every: NDArray[np.int64], values: Values) -> NDArray[Any]:
    """Brightness from 0 to 1, over all bits that are stored; of 16, over as many as the values need."""
    samples = dicom.samples
    if samples.signed:
        return (every + (1 << (samples.stored - 1))) / ((1 << samples.stored) - 1)
    high = float((1 << samples.stored) - 1)
    if samples.stored == 16:
        most = max(int(values[top : top + STRIP].max()) for top in range(0, len(values), STRIP))
        high = depth_of(most)
    return every / high


def _palette(dicom: Dicom, every: NDArray[np.int64]) -> Table:
    """The colour of every stored value, reduced to 8 bits."""
    colours = apply_color_lut(every, dicom.header)
    table: Table = (colours >> 8 if colours.max() > 255 else colours).astype(np.uint8)
    return table
