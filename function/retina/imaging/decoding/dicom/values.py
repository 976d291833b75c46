"""Checked values of a DICOM header. Whatever the file says, these are numbers within limits, or the file is refused.

Pure functions from a data set to small records; they raise `ValueError` or `TypeError` for values that make no sense.
"""

import math
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset

from retina.imaging.decoding.facts import Facts, Laterality, is_plausible

EYES: dict[str, Laterality] = {"L": "left", "R": "right"}
"""The defined terms of Image Laterality that name one eye."""

SQUARE, NEARLY_SQUARE = 0.01, 0.05
"""By which share height and width of a pixel may differ. Up to the first its size can be one number; beyond the second
a photograph is distorted, rather than its spacing measured inexactly."""

ASPECTS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio")
"""The attributes that state the height and width of a pixel, whatever their unit (PS3.3, section C.7.6.3.1.7)."""

FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")
"""The values of VOI LUT Function."""


@dataclass(frozen=True)
class Window:
    """A value of interest transformation (PS3.3, section C.11.2): `centre`, `width` and the name of a function."""

    centre: float
    width: float
    function: str


@dataclass(frozen=True)
class Samples:
    """How the samples of a pixel are stored: `per_pixel` 1 or 3, in `allocated` 8 or 16 bits, of which `stored` are
    used, `shift` bits above the lowest. `planar`: one colour after another.
    """

    per_pixel: int
    photometric: str
    planar: bool
    allocated: int
    stored: int
    shift: int
    signed: bool


def facts_of(header: Dataset, frame: int = 0) -> Facts:
    """The facts about `frame`, from 0, that the service may know."""
    return Facts(max(whole(header, "NumberOfFrames", 1), 1), _pixel_size(header, frame), _laterality(header, frame))


def samples_of(header: Dataset) -> Samples:
    """Raises `ValueError` if the numbers of bits contradict each other."""
    per_pixel, allocated = whole(header, "SamplesPerPixel", 1), whole(header, "BitsAllocated")
    stored = whole(header, "BitsStored", allocated)
    high = whole(header, "HighBit", stored - 1)
    if not 0 < stored <= high + 1 <= allocated:
        raise ValueError("the numbers of bits contradict each other")
    planar, signed = (whole(header, name, 0) for name in ("PlanarConfiguration", "PixelRepresentation"))
    if not {planar, signed} <= {0, 1}:
        raise ValueError("the order or the sign of the samples is unknown")
    return Samples(
        per_pixel=per_pixel,
        photometric=str(header.PhotometricInterpretation).strip(),
        planar=per_pixel > 1 and planar == 1,
        allocated=allocated,
        stored=stored,
        shift=high + 1 - stored,
        signed=signed == 1,
    )


def window_of(header: Dataset) -> Window | None:
    """The first window; None if there is none that is usable. Raises `ValueError` if its function is unknown."""
    centre, width = number(header, "WindowCenter"), number(header, "WindowWidth")
    function = str(header.get("VOILUTFunction") or "LINEAR").strip()
    if centre is None or width is None or width <= 0 or (function == "LINEAR" and width < 1):
        return None
    if function not in FUNCTIONS:
        raise ValueError("the function of the window is unknown")
    return Window(centre, width, function)


def whole(header: Dataset, name: str, default: int | None = None) -> int:
    """The integer attribute `name`; `default` if it is absent or empty. Raises `ValueError` or `TypeError`."""
    value = header.get(name)
    if value is None or value == "":
        value = default
    return int(value)


def number(header: Dataset, name: str) -> float | None:
    """The first value of the attribute `name`; None if there is none, or it is not a finite number."""
    numbers = _numbers(header.get(name))
    return numbers[0] if numbers else None


def _numbers(value: Any) -> list[float]:
    values = [value] if isinstance(value, str | int | float) else value or ()
    try:
        numbers = [float(each) for each in values]
    except (TypeError, ValueError):
        return []
    return numbers if all(map(math.isfinite, numbers)) else []


def functional_groups(header: Dataset, name: str, frame: int = 0) -> list[Dataset]:
    """The items of the sequence `name` that hold for `frame`, or for all frames of a file (PS3.3, section C.7.6.16)."""
    shared = list(header.get("SharedFunctionalGroupsSequence") or ())[:1]
    own = list(header.get("PerFrameFunctionalGroupsSequence") or ())[frame : frame + 1]
    return [item for groups in (*shared, *own) for item in list(groups.get(name) or ())[:1]]


def has_square_pixels(header: Dataset, frame: int = 0) -> bool:
    """Whether no attribute states that pixels of `frame` are much higher than wide, or the opposite."""
    sources = [header, *functional_groups(header, "PixelMeasuresSequence", frame)]
    sizes = [_numbers(source.get(name)) for source in sources for name in ASPECTS]
    return all(_is_square(each, NEARLY_SQUARE) for each in sizes if len(each) == 2 and min(each) > 0)


def _is_square(sizes: list[float], share: float) -> bool:
    return max(sizes) <= (1 + share) * min(sizes)


def _pixel_size(header: Dataset, frame: int) -> float | None:
    """The size of a square pixel on the retina; None if two places state two sizes.

    Imager Pixel Spacing is not read: it is a distance on the sensor.
    """
    sources = [header, *functional_groups(header, "PixelMeasuresSequence", frame)]
    stated = [[1000 * size for size in _numbers(source.get("PixelSpacing"))] for source in sources]
    sizes = next(filter(None, stated), [])
    if len(sizes) != 2 or not all(map(is_plausible, sizes)) or any(other not in ([], sizes) for other in stated):
        return None
    return round(sum(sizes) / 2, 4) if _is_square(sizes, SQUARE) else None


def _laterality(header: Dataset, frame: int) -> Laterality | None:
    """The eye, if everything that names one names the same."""
    anatomy = functional_groups(header, "FrameAnatomySequence", frame)
    values = [
        header.get("ImageLaterality"),
        header.get("Laterality"),
        *(item.get("FrameLaterality") for item in anatomy),
    ]
    said = {str(value).strip() for value in values if value}
    return EYES.get(said.pop()) if len(said) == 1 else None
