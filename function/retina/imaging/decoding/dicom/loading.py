"""Load everything that DICOM files need before one arrives: a confined process can no longer open libraries."""

import codecs

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.charset import python_encoding

from retina.imaging.decoding.dicom import colours, frame, frames, grayscale, header, lookup, padding

LOADED = colours, frame, frames, grayscale, header, lookup, padding


def load_dicom(rgb: NDArray[np.uint8]) -> None:
    """Load pydicom, its character sets and the codecs, by decoding a picture, uint8[H,W,3]."""
    for encoding in python_encoding.values():
        codecs.lookup(encoding)
    values = rgb.astype(np.uint16) * 257
    for pixels in (rgb, values):
        imagecodecs.jpegls_decode(imagecodecs.jpegls_encode(pixels))
        imagecodecs.jpeg2k_decode(imagecodecs.jpeg2k_encode(pixels, numthreads=1), numthreads=1)
    imagecodecs.jpeg8_decode(imagecodecs.jpeg8_encode(rgb))
    imagecodecs.jpeg8_decode(imagecodecs.jpeg8_encode(values, lossless=True))
    imagecodecs.dicomrle_decode(bytes([1, 0, 0, 0, 64, *bytes(59), 0, 0]), "u1")
