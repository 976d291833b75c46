"""The frames of the files that `retina segment` is given: each is segmented like a photograph of its own.

A DICOM file may have several. Their number is read where files are decoded, in a process that can do no harm.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from retina.cli.companions import is_companion
from retina.errors import PhotographError, PhotographTooLargeError
from retina.imaging.decoding.decoder import decoder
from retina.imaging.decoding.dicom.mark import MARK, PREAMBLE, is_dicom
from retina.settings import Settings

MOST_FRAMES = 999
"""A file with more is refused: it is sent to the decoding process once for each frame."""

LARGE_BYTES = 64 * 2**20
"""Of files with several frames, one at a time of those that are larger is in memory."""

PIXEL_BYTES = 8
"""Three uncompressed 16-bit channels are 6 bytes per pixel, so no larger photograph can be within the pixel limit."""

_large = threading.Lock()


@dataclass(frozen=True)
class Frame:
    """A frame of `file`: its `number` from 1, None if the file has only one, as most have.

    `refusal` says why none of the file's frames can be segmented; a `companion` is no photograph, and is skipped.
    """

    file: Path
    number: int | None = None
    refusal: PhotographError | None = None
    companion: bool = False

    @property
    def stem(self) -> str:
        """What the names of its results begin with, unless something else has the same."""
        return self.file.stem if self.number is None else f"{self.file.stem}-frame{self.number:03}"

    @property
    def cell(self) -> str:
        """Its number for a table."""
        return "" if self.number is None else str(self.number)

    def turn(self) -> AbstractContextManager[object]:
        """Wait for other large files with several frames, if this is one."""
        return nullcontext() if self.number is None else _turn(self.file)


def find_frames(files: Sequence[Path], settings: Settings) -> list[Frame]:
    """The frames of all `files`, in order; up to `settings.cores` files are read at the same time."""
    with ThreadPoolExecutor(settings.cores) as threads:
        found = threads.map(lambda file: frames_of(file, settings), files)
        return [frame for frames in found for frame in frames]


def frames_of(file: Path, settings: Settings) -> list[Frame]:
    """The frames of `file`, in order. A file that cannot be read has one: whatever is wrong is found out there."""
    if is_companion(file):
        return [Frame(file, companion=True)]
    try:
        if not _is_dicom(file):
            return [Frame(file)]
        with _turn(file):
            return _frames_in(read_photograph(file, settings), file, settings)
    except (OSError, PhotographError):
        return [Frame(file)]


def read_photograph(file: Path, settings: Settings) -> bytes:
    """The bytes of `file`. Raises `OSError`, or `PhotographTooLargeError` before anything is read."""
    if not file.is_file():
        raise FileNotFoundError("it is gone, or not a regular file")
    most = PIXEL_BYTES * settings.max_pixels
    if file.stat().st_size > most:
        if _is_dicom(file):
            raise PhotographTooLargeError(
                f"The file has more than {most / 1e6:.0f} MB. If it has several frames, split it into smaller files."
            )
        limit = f"{settings.max_pixels / 1e6:.0f} megapixels"
        raise PhotographTooLargeError(f"The file is larger than any photograph of {limit}. Use a smaller one.")
    return file.read_bytes()


def _frames_in(data: bytes, file: Path, settings: Settings) -> list[Frame]:
    """The frames of the DICOM file `file`, which contains `data`."""
    with decoder().opened(data, **settings.limits) as opened:
        count = opened.frames
    if count == 1:
        return [Frame(file)]
    try:
        _demand_count(data, count, settings)
    except PhotographError as error:
        return [Frame(file, refusal=error)]
    return [Frame(file, number) for number in range(1, count + 1)]


def _demand_count(data: bytes, count: int, settings: Settings) -> None:
    """Raise a `PhotographError` unless the file has `count` frames, as its header says, and these are not too many."""
    if count > MOST_FRAMES:
        raise PhotographTooLargeError(
            f"The file has {count} frames, but at most {MOST_FRAMES} are segmented. Split it into smaller files."
        )
    with decoder().opened(data, **settings.limits, frame=count - 1):
        pass


def _is_dicom(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as data:
        return is_dicom(data.read(PREAMBLE + len(MARK)))


def _turn(file: Path) -> AbstractContextManager[object]:
    return _large if file.stat().st_size > LARGE_BYTES else nullcontext()
