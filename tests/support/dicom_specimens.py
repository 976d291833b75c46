"""DICOM files of every kind that is read, each with the pixels that it shows."""

from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid

from retina.imaging.arrays import Rgb
from support.dicom import OPHTHALMIC_16_BIT, dicom, lookup, rle


def ybr(rgb: Rgb) -> Rgb:
    """YBR_FULL."""
    return np.asarray(Image.fromarray(rgb).convert("YCbCr"))


def native(rgb: Rgb) -> dict[str, tuple[bytes, NDArray[Any]]]:
    """Uncompressed files, and the pixels that they show: uint8[H,W] or uint8[H,W,3]."""
    gray = np.ascontiguousarray(rgb[..., 1])
    deep, deep_gray = rgb.astype(np.uint16) * 257, gray.astype(np.uint16) * 257
    paired = np.ascontiguousarray(rgb[:, : rgb.shape[1] // 2 * 2])
    luminance = ybr(paired)
    shared = (luminance[:, ::2, 1:].astype(int) + luminance[:, 1::2, 1:] + 1) // 2
    halved = np.concatenate([luminance[..., 0].reshape(len(rgb), -1, 2), shared.astype(np.uint8)], axis=2)
    table: dict[str, Any] = {
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PhotometricInterpretation": "PALETTE COLOR",
    }
    for number, colour in enumerate(("Red", "Green", "Blue")):
        table[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        entries = np.arange(256, dtype="<u2") * 257 // (number + 1)
        table[f"{colour}PaletteColorLookupTableData"] = entries.astype("<u2").tobytes()
    coloured = np.stack([(gray.astype(int) * 257 // (n + 1)) >> 8 for n in range(3)], axis=2).astype(np.uint8)
    signed = (deep_gray.astype(np.int32) - 32768).astype(np.int16)
    window: dict[str, Any] = {"WindowCenter": [1000, 3], "WindowWidth": [1001, 3]}
    eight: dict[str, Any] = {"SOPClassUID": OPHTHALMIC_16_BIT}
    return {
        "explicit little endian": (dicom(rgb), rgb),
        "implicit little endian": (dicom(rgb, uid.ImplicitVRLittleEndian), rgb),
        "explicit big endian": (dicom(rgb, uid.ExplicitVRBigEndian), rgb),
        "explicit big endian, 16 bits": (dicom(deep, uid.ExplicitVRBigEndian, **eight), rgb),
        "secondary capture": (dicom(rgb, SOPClassUID=uid.SecondaryCaptureImageStorage), rgb),
        "planar": (dicom(np.moveaxis(rgb, 2, 0), **planes(rgb)), rgb),
        "16-bit colour": (dicom(deep, **eight), rgb),
        "12-bit colour": (dicom(deep >> 4, BitsStored=12, **eight), rgb),
        "monochrome 2": (dicom(gray), gray),
        "monochrome 1": (dicom(255 - gray, PhotometricInterpretation="MONOCHROME1"), gray),
        "16-bit monochrome": (dicom(deep_gray, **eight), gray),
        "12 of 16 bits, said to be 16": (dicom(deep_gray >> 4, **eight), gray),
        "12-bit monochrome": (dicom(deep_gray >> 4, BitsStored=12, **eight), gray),
        "10-bit monochrome": (dicom(deep_gray >> 6, BitsStored=10, **eight), gray),
        "12 bits in the upper part": (dicom(deep_gray & 0xFFF0, BitsStored=12, HighBit=15, **eight), gray),
        "other data in the bits that are not stored": (dicom(deep_gray >> 4 | 0x5000, BitsStored=12, **eight), gray),
        "signed": (dicom(signed, **eight), gray),
        "negative slope": (dicom(255 - gray, RescaleSlope="-1", RescaleIntercept="255"), gray),
        "windowed": (dicom(gray.astype(np.uint16) * 4 + 500, RescaleSlope=1, **window), windowed(gray)),
        "table of interest": (dicom(gray, VOILUTSequence=[lookup(range(255, -1, -1))]), 255 - gray),
        "table of a modality": (dicom(gray, ModalityLUTSequence=[lookup(range(255, -1, -1))]), 255 - gray),
        "inverse presentation": (dicom(gray, PresentationLUTShape="INVERSE"), 255 - gray),
        "palette": (dicom(gray, **table), coloured),
        "YBR full": (dicom(ybr(rgb), PhotometricInterpretation="YBR_FULL"), rgb),
        "YBR full 422": (dicom(halved, **pairs(paired)), paired),
        "several frames": (dicom(np.concatenate([rgb, 255 - rgb]), Rows=len(rgb), NumberOfFrames=2), rgb),
    }


def planes(rgb: Rgb) -> dict[str, Any]:
    """Attributes of colour that is stored plane by plane."""
    return {"Rows": rgb.shape[0], "Columns": rgb.shape[1], "PlanarConfiguration": 1}


def pairs(rgb: Rgb) -> dict[str, Any]:
    """Attributes of colour that two pixels share."""
    colour = {"PhotometricInterpretation": "YBR_FULL_422", "SamplesPerPixel": 3}
    return {"Rows": rgb.shape[0], "Columns": rgb.shape[1], **colour}


def windowed(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What a window of centre 1000 and width 1001 shows of 4 * gray + 500."""
    shown = (gray.astype(float) * 4 + 500 - 999.5) / 1000 + 0.5
    return np.rint(255 * np.clip(shown, 0, 1)).astype(np.uint8)


def compressed(rgb: Rgb) -> dict[str, tuple[bytes, NDArray[Any]]]:
    """Compressed files, and the pixels that they show: as they are in a JPEG, and exactly in the lossless ones."""
    gray = np.ascontiguousarray(rgb[..., 1])
    deep, twelve = rgb.astype(np.uint16) * 257, gray.astype(np.uint16) * 257 >> 4
    jpeg = imagecodecs.jpeg8_encode(rgb, level=95)
    shown = imagecodecs.jpeg8_decode(jpeg)
    plain = imagecodecs.jpeg8_encode(rgb, level=95, outcolorspace="RGB")
    unmarked = jpeg[:2] + jpeg[2 + 2 + int.from_bytes(jpeg[4:6]) :]  # without its first segment, JFIF
    extended = imagecodecs.jpeg8_encode(twelve, level=95, bitspersample=12)
    lossy = imagecodecs.jpeg2k_encode(rgb, level=50, codecformat="j2k", reversible=False)
    near = imagecodecs.jpegls_encode(rgb, level=2)
    ybr422: dict[str, Any] = {"PhotometricInterpretation": "YBR_FULL_422"}
    ybr_full: dict[str, Any] = {"PhotometricInterpretation": "YBR_FULL"}
    deeply: dict[str, Any] = {"SOPClassUID": OPHTHALMIC_16_BIT}
    two = [jpeg, imagecodecs.jpeg8_encode(255 - rgb, level=95)]
    halves = [jpeg[: len(jpeg) // 4 * 2], jpeg[len(jpeg) // 4 * 2 :]]
    return {
        "JPEG": (dicom(rgb, uid.JPEGBaseline8Bit, [jpeg], **ybr422), shown),
        "JPEG said to be RGB": (dicom(rgb, uid.JPEGBaseline8Bit, [jpeg]), shown),
        "JPEG without marks": (dicom(rgb, uid.JPEGBaseline8Bit, [unmarked], **ybr422), shown),
        "JPEG of RGB": (dicom(rgb, uid.JPEGBaseline8Bit, [plain]), imagecodecs.jpeg8_decode(plain)),
        "JPEG in gray": (dicom(gray, uid.JPEGBaseline8Bit, [imagecodecs.jpeg8_encode(gray, level=95)]), gray),
        "JPEG in two fragments": (dicom(rgb, uid.JPEGBaseline8Bit, halves, offsets=False, **ybr422), shown),
        "JPEG in two frames": (dicom(rgb, uid.JPEGBaseline8Bit, two, NumberOfFrames=2, **ybr422), shown),
        "extended JPEG, 12 bits": (dicom(twelve, uid.JPEGExtended12Bit, [extended], BitsStored=12, **deeply), gray),
        "lossless JPEG": (dicom(rgb, uid.JPEGLosslessSV1, [_lossless(rgb)]), rgb),
        "lossless JPEG of YBR": (dicom(rgb, uid.JPEGLossless, [_lossless(ybr(rgb))], **ybr_full), rgb),
        "lossless JPEG, 16 bits": (dicom(deep, uid.JPEGLosslessSV1, [_lossless(deep)], **deeply), rgb),
        "JPEG-LS": (dicom(rgb, uid.JPEGLSLossless, [imagecodecs.jpegls_encode(rgb)]), rgb),
        "JPEG-LS, nearly lossless": (
            dicom(rgb, uid.JPEGLSNearLossless, [near]),
            rgb,
        ),
        "JPEG-LS, 12 bits": (
            dicom(twelve, uid.JPEGLSLossless, [imagecodecs.jpegls_encode(twelve)], BitsStored=12, **deeply),
            gray,
        ),
        "JPEG 2000": (dicom(rgb, uid.JPEG2000, [lossy], PhotometricInterpretation="YBR_ICT"), rgb),
        "lossless JPEG 2000": (
            dicom(rgb, uid.JPEG2000Lossless, [jpeg_2000(rgb, mct=True)], PhotometricInterpretation="YBR_RCT"),
            rgb,
        ),
        "JPEG 2000 of YBR": (dicom(rgb, uid.JPEG2000Lossless, [jpeg_2000(ybr(rgb), mct=False)], **ybr_full), rgb),
        "JPEG 2000, 16 bits": (dicom(deep, uid.JPEG2000Lossless, [jpeg_2000(deep, mct=False)], **deeply), rgb),
        "high-throughput JPEG 2000": (dicom(gray, uid.HTJ2KLossless, [imagecodecs.htj2k_encode(gray)]), gray),
        "RLE": (dicom(rgb, uid.RLELossless, [rle(rgb)]), rgb),
        "RLE in gray": (dicom(gray, uid.RLELossless, [rle(gray)]), gray),
        "RLE, 16 bits": (dicom(deep, uid.RLELossless, [rle(deep)], **deeply), rgb),
    }


def _lossless(values: NDArray[Any]) -> bytes | bytearray:
    return imagecodecs.jpeg8_encode(values, lossless=True, outcolorspace="RGB")


def jpeg_2000(values: NDArray[Any], *, mct: bool) -> bytes | bytearray:
    """Lossless; with `mct` the codec transforms colours."""
    return imagecodecs.jpeg2k_encode(values, level=0, codecformat="j2k", mct=mct, reversible=True)
