"""The brightness of monochrome values: modality, value of interest, presentation (PS3.3, C.11.1, C.11.2 and C.11.6).

Takes every value that a sample may have, and returns a brightness from 0 to 1 for each.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from retina.imaging.decoding.depths import STRIP, depth_of
from retina.imaging.decoding.dicom.frame import Values
from retina.imaging.decoding.dicom.header import Dicom
from retina.imaging.decoding.dicom.lookup import lookup_of
from retina.imaging.decoding.dicom.values import Window, functional_groups, number, window_of

LARGEST = 16
"""So many stored bits say nothing about how many the values need."""


def brightness(dicom: Dicom, every: NDArray[np.int64], values: Values, outside: NDArray[np.bool_]) -> NDArray[Any]:
    """The brightness of the values `every`, of which some are `outside` the picture: bool[N].

    `values`, those of the frame, decide how bright 16 bits are meant.

    Raises what `DAMAGE` lists for tables that are none.
    """
    rescaling = "RescaleSlope", "RescaleIntercept"
    modality = _source(dicom, "PixelValueTransformationSequence", "ModalityLUTSequence", *rescaling)
    interest = _source(dicom, "FrameVOILUTSequence", "VOILUTSequence", "WindowCenter")
    little_endian = dicom.pixel_data.little_endian
    low_is_bright = False
    if tables := modality.get("ModalityLUTSequence"):
        lookup = lookup_of(tables[0], little_endian=little_endian)
        modal = lookup(every)
        whole = modal / lookup.high
    else:
        slope = number(modality, "RescaleSlope")
        slope = 1.0 if slope is None else slope
        with np.errstate(over="ignore"):
            modal = every * slope + (number(modality, "RescaleIntercept") or 0.0)
        whole = whole_range(dicom, every, values, outside)
        low_is_bright = slope < 0
        if not np.isfinite(modal).all():
            raise ValueError("rescaled values are too large")
        if slope == 0 and (interest.get("VOILUTSequence") or window_of(interest)):
            raise ValueError("rescaled values are all the same")
    if tables := interest.get("VOILUTSequence"):
        lookup = lookup_of(tables[0], little_endian=little_endian)
        shown = lookup(modal) / lookup.high
    elif window := window_of(interest):
        shown = windowed(modal, window)
    else:
        shown = 1 - whole if low_is_bright else whole
    if tables := dicom.header.get("PresentationLUTSequence"):
        lookup = lookup_of(tables[0], little_endian=little_endian)
        return lookup(np.clip(shown, 0, 1) * (len(lookup.entries) - 1)) / lookup.high
    return 1 - shown if dicom.is_inverted else shown


def windowed(values: NDArray[Any], window: Window) -> NDArray[Any]:
    """Apply `window`; returns brightness from 0 to 1 (PS3.3, section C.11.2.1)."""
    if window.function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (values - window.centre) / window.width, -700, 700)))
    if window.function == "LINEAR_EXACT":
        return np.clip((values - window.centre) / window.width + 0.5, 0, 1)
    if window.width == 1:
        return np.where(values > window.centre - 0.5, 1.0, 0.0)
    return np.clip((values - (window.centre - 0.5)) / (window.width - 1) + 0.5, 0, 1)


def whole_range(
    dicom: Dicom, every: NDArray[np.int64], values: Values, outside: NDArray[np.bool_] | None = None
) -> NDArray[Any]:
    """Brightness from 0 to 1, over all bits that are stored; of 16, or if no signed value is negative, over as many as
    the values need, on both sides of zero if some are negative, apart from those `outside` the picture.
    """
    samples = dicom.samples
    low = -(1 << (samples.stored - 1)) if samples.signed else 0
    high = float(low + (1 << samples.stored) - 1)
    if samples.signed or samples.stored == LARGEST:
        occurs = np.zeros(len(every), bool)
        for top in range(0, len(values), STRIP):
            occurs[values[top : top + STRIP]] = True
        if outside is not None:
            occurs &= ~outside
        found = every[occurs]
        if len(found) and found.min() >= 0:
            low, high = 0, depth_of(found.max())
        elif len(found) and samples.stored == LARGEST:
            high = (depth_of(max(2 * found.max() + 1, -2 * found.min() - 1)) - 1) / 2
            low = -int(high) - 1
    return (every - low) / (high - low)


def _source(dicom: Dicom, group: str, *names: str) -> Dataset:
    """Where the first of the attributes `names` is: in `group`, for this frame or for all, or else in the header."""
    sources = [*reversed(functional_groups(dicom.header, group, dicom.frame)), dicom.header]
    values = ((source, source.get(name)) for source in sources for name in names)
    return next((source for source, value in values if value or value == 0), dicom.header)
