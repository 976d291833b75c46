"""Which page of a TIFF file is the photograph.

Previews and masks are left aside. A file is refused if several pages could be meant: pages of a document, or channels
that ImageJ stores as pages. So is a camera's raw file, whose pages are its previews.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from tifffile import TiffFile, TiffFrame, TiffPage

from retina.errors import PhotographUnreadableError

MAX_PAGES = 100
"""Limit on the pages of a file."""

LARGE = 0.5
"""Pages of at least this share of the largest one's pixels are photographs as well; smaller ones are previews."""

RAW = (
    "This is a camera's raw file, of which only a preview could be read. Export the photograph as JPEG, PNG or TIFF "
    "with your camera's software."
)
SEPARATE = (
    "This TIFF file has its colour channels on separate pages. Save it as one RGB picture (in ImageJ: Image > Type > "
    "RGB Color), or export the photograph as PNG."
)
PAGES = "This TIFF file has {} pages of full size. Save the page with the photograph as a file of its own."


@contextmanager
def photograph_page(data: bytes) -> Iterator[TiffPage]:
    """The page that is the photograph: the largest that is no reduced copy and no mask. Its `index` is its number.

    Raises `PhotographUnreadableError` if several pages could be meant, or whatever tifffile raises.
    """
    with TiffFile(io.BytesIO(data)) as tiff:
        pages = [(n, page) for n, page in enumerate(islice(tiff.pages, MAX_PAGES + 1)) if isinstance(page, TiffPage)]
        if len(pages) > MAX_PAGES:
            raise PhotographUnreadableError(PAGES.format(f"more than {MAX_PAGES}"))
        whole = [(number, page) for number, page in pages if not (page.is_reduced or page.is_mask)] or pages
        largest = max(_size(page) for _, page in whole)
        nested = [_size(nested) for _, page in pages for nested in page.pages or ()]
        if max(nested, default=0) > largest:
            raise PhotographUnreadableError(RAW)
        large = [number for number, page in whole if _size(page) >= LARGE * largest]
        channels = (tiff.imagej_metadata or {}).get("images", 1) if tiff.is_imagej else 1
        if len(large) > 1 or channels > 1:
            grays = all(page.samplesperpixel == 1 for _, page in pages)
            as_channels = grays and (tiff.is_imagej or len(large) == 3)
            raise PhotographUnreadableError(SEPARATE if as_channels else PAGES.format(len(large)))
        yield dict(pages)[large[0]]


def _size(page: TiffPage | TiffFrame) -> int:
    return int(page.imagewidth * page.imagelength) if isinstance(page, TiffPage) else 0
