"""Colour with 16 bits per channel, of which Pillow would keep only the upper eight: TIFF by tifffile, PNG by libpng.

Takes an opened image whose size was checked, and its file. Returns uint16[H,W,3], or uint16[H,W,4] with opacity last.
Both libraries must agree on the size, and every pixel must be in the file.
"""

import io

import numpy as np
import tifffile
from imagecodecs import png_decode, png_encode
from numpy.typing import NDArray
from PIL import Image

OPACITY = (tifffile.EXTRASAMPLE.ASSOCALPHA, tifffile.EXTRASAMPLE.UNASSALPHA)


def deep_pixels(image: Image.Image, data: bytes, size: tuple[int, int]) -> NDArray[np.uint16]:
    """The pixels as stored, before the orientation is applied, of `size` (width, height).

    Raises `ValueError` and whatever the decoders raise.
    """
    if image.format == "PNG":
        values = np.zeros((size[1], size[0], len(image.getbands())), np.uint16)
        png_decode(data, out=values)
        return values
    return _tiff(data, size)


def _tiff(data: bytes, size: tuple[int, int]) -> NDArray[np.uint16]:
    """Decode the first page of a TIFF file of `size` (width, height), strip by strip or tile by tile."""
    with tifffile.TiffFile(io.BytesIO(data)) as tiff:
        page = tiff.pages.first
        samples = page.samplesperpixel
        if (page.imagewidth, page.imagelength) != size or page.imagedepth != 1:
            raise ValueError("the libraries disagree on the size")
        if page.dtype != np.uint16 or page.photometric != tifffile.PHOTOMETRIC.RGB or not 3 <= samples <= 8:
            raise ValueError("not 16 bits a channel")
        values = np.zeros((size[1], size[0], samples), np.uint16)
        apart = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE
        missing = values.size
        for pixels, (plane, _, top, left, _), _ in page.segments(maxworkers=1):
            if pixels is None:
                raise ValueError("a part of the pixels is not in the file")
            rows = pixels[0, : size[1] - top, : size[0] - left]
            into = values[top : top + rows.shape[0], left : left + rows.shape[1]]
            into[..., plane : plane + 1 if apart else samples] = rows
            missing -= rows.size
        if missing:
            raise ValueError("a part of the pixels is not in the file")
        has_opacity = bool(page.extrasamples) and page.extrasamples[0] in OPACITY
    return values[..., : 4 if has_opacity else 3]


def load_codecs(rgb: NDArray[np.uint8]) -> None:
    """Load the libraries that `deep_pixels` needs by decoding a picture, uint8[H,W,3].

    A confined process can no longer open libraries.
    """
    values = rgb.astype(np.uint16) * 257
    height, width = values.shape[:2]
    png = png_encode(values)
    png_decode(png, out=np.zeros_like(values))
    for compression, predictor in (("zlib", True), ("lzw", True), ("packbits", False), (None, False)):
        stream = io.BytesIO()
        tifffile.imwrite(stream, values, photometric="rgb", compression=compression, predictor=predictor)
        _tiff(stream.getvalue(), (width, height))
