"""Files that users really send, and files that only an attacker would: made from a photograph, never stored."""

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms, TiffImagePlugin

from retina.imaging.arrays import Rgb


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def chunk(kind: bytes, data: bytes, crc: int | None = None) -> bytes:
    checksum = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A 1-bit gray PNG that claims `width` x `height` pixels."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def broken_crc(photograph: bytes, kind: bytes) -> bytes:
    """A PNG with a wrong checksum in its first chunk of `kind`."""
    start = photograph.index(kind)
    position = start + 4 + struct.unpack(">I", photograph[start - 4 : start])[0]
    return photograph[:position] + b"\0\0\0\0" + photograph[position + 4 :]


def sixteen_bit(rgb: Rgb, bits: int = 16) -> NDArray[np.uint16]:
    return np.asarray((rgb[..., 1].astype(np.uint16) << 8 | rgb[..., 1]) >> (16 - bits), np.uint16)


def deep(pixels: NDArray[np.uint8], kind: str, bits: int = 16) -> bytes:
    """Colour of `bits` bits a channel in 16."""
    values = (pixels.astype(np.uint16) * 257) >> (16 - bits)
    order = [2, 1, 0, 3][: pixels.shape[2]]
    return cv2.imencode(kind, values[..., order])[1].tobytes()


def oriented(rgb: Rgb, orientation: int) -> bytes:
    """A JPEG that is stored turned, with the EXIF orientation that turns it upright again."""
    image = Image.fromarray(stored(rgb, orientation))
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(image, "JPEG", exif=exif, quality=95)


def stored(rgb: Rgb, orientation: int) -> Rgb:
    turned = {
        1: rgb,
        2: rgb[:, ::-1],
        3: rgb[::-1, ::-1],
        4: rgb[::-1],
        5: rgb.transpose(1, 0, 2),
        6: np.rot90(rgb, 1),
        7: rgb[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(rgb, -1),
    }[orientation]
    return np.ascontiguousarray(turned)


def deep_tiff(rgb: Rgb, orientation: int = 1, **options: Any) -> bytes:
    """16-bit colour as tifffile writes it, stored as its `orientation` asks for."""
    stream = io.BytesIO()
    values = stored(rgb, orientation).astype(np.uint16) * 257
    if options.get("planarconfig") == "separate":
        values = np.moveaxis(values, 2, 0)
    tags = [(274, "H", 1, orientation, True)]
    tifffile.imwrite(stream, values, photometric="rgb", extratags=tags, **options)
    return stream.getvalue()


def pages(*pages: tuple[NDArray[Any], dict[str, Any]], **options: Any) -> bytes:
    """A TIFF file of these pages, each with its own options of tifffile."""
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream, **options) as writer:
        for pixels, described in pages:
            writer.write(pixels, **{"photometric": "rgb" if pixels.ndim == 3 else "minisblack", **described})
    return stream.getvalue()


def bitmap(rgb: Rgb, bits: tuple[int, int, int]) -> bytes:
    """A 16-bit bitmap with this many bits of red, green and blue."""
    red, green, blue = (rgb[::-1, :, c].astype(np.uint16) >> 8 - bits[c] for c in range(3))
    values = red << bits[1] + bits[2] | green << bits[2] | blue
    rows = np.pad(values, ((0, 0), (0, values.shape[1] % 2))).astype("<u2").tobytes()
    masks = [((1 << bits[0]) - 1) << bits[1] + bits[2], ((1 << bits[1]) - 1) << bits[2], (1 << bits[2]) - 1]
    height, width = values.shape
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 16, 3, len(rows), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 66 + len(rows), 0, 0, 66) + header + struct.pack("<III", *masks) + rows


def with_accessories(photograph: bytes) -> dict[str, bytes]:
    """The PNG file `photograph` with chunks that are broken or huge and have nothing to do with its pixels."""
    header, rest = photograph[:33], photograph[33:]
    text = zlib.compress(bytes(3 * 2**20))
    chunks = {
        "large text": chunk(b"iTXt", b"Comment\0\0\0\0\0" + b"x" * 3 * 2**20),
        "large compressed text": chunk(b"zTXt", b"Comment\0\0" + text),
        "broken compressed text": chunk(b"zTXt", b"Comment\0\0" + text[:99]),
        "text with a crc error": chunk(b"tEXt", b"Comment\0hello", crc=1),
        "malformed profile": chunk(b"iCCP", b"profile\0\0" + b"no zlib"),
        "large profile": chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(70 * 2**20))),
        "malformed exif": chunk(b"eXIf", b"MM\0*\0\0\0\x08\xff\xff"),
        "exif that is none": chunk(b"eXIf", b"nothing of the kind"),
        "short gamma": chunk(b"gAMA", b"\0"),
    }
    return {name: header + accessory + rest for name, accessory in chunks.items()}


def segment(marker: int, data: bytes) -> bytes:
    """A marker segment of a JPEG file."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def _tiff(rgb: Rgb, orientation: int) -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[274] = orientation
    return encode(Image.fromarray(stored(rgb, orientation)), "TIFF", tiffinfo=tags)


def readable(rgb: Rgb) -> dict[str, bytes]:
    """Every form of the photograph `rgb` that must be answered with 200."""
    image = Image.fromarray(rgb)
    gray = image.getchannel("G")
    palette = image.quantize(64)
    palette_bytes = encode(palette, "PNG", transparency=palette.getpixel((0, 0)))
    alpha = image.copy()
    alpha.putalpha(Image.fromarray((rgb.max(axis=2) > 20).astype(np.uint8) * 255))
    frames = [image, Image.new("RGB", image.size, "white")]
    floats = Image.fromarray(rgb[..., 1].astype(np.float32) / 255)
    lab = ImageCms.profileToProfile(
        image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    return {
        "jpeg": encode(image, "JPEG"),
        "progressive jpeg": encode(image, "JPEG", progressive=True),
        "multi-picture jpeg": encode(image, "MPO", save_all=True, append_images=[image]),
        "cmyk jpeg": encode(image.convert("CMYK"), "JPEG"),
        "gray jpeg": encode(gray, "JPEG"),
        "png": encode(image, "PNG"),
        "png with a harmless crc error": broken_crc(encode(image, "PNG"), b"IDAT"),
        "palette png": encode(palette, "PNG"),
        "palette png with transparency": palette_bytes,
        "png with alpha": encode(alpha, "PNG"),
        "gray png with alpha": encode(gray.convert("LA"), "PNG"),
        "16-bit gray png": encode(Image.fromarray(sixteen_bit(rgb)), "PNG"),
        "12 bits in a 16-bit png": encode(Image.fromarray(sixteen_bit(rgb, 12)), "PNG"),
        "16-bit colour png": deep(rgb, ".png"),
        "16-bit colour tiff": deep(rgb, ".tif"),
        "12-bit colour tiff": deep(rgb, ".tif", 12),
        "16-bit colour png with alpha": deep(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]), ".png"),
        "tiff": encode(image, "TIFF"),
        "lab tiff": encode(lab, "TIFF"),
        "lzw tiff": encode(image, "TIFF", compression="tiff_lzw"),
        "cmyk tiff": encode(image.convert("CMYK"), "TIFF"),
        "16-bit gray tiff": encode(Image.fromarray(sixteen_bit(rgb)), "TIFF"),
        "float tiff 0 to 1": encode(floats, "TIFF"),
        "float tiff 0 to 255": encode(Image.fromarray(rgb[..., 1].astype(np.float32)), "TIFF"),
        "32-bit tiff": encode(Image.fromarray(rgb[..., 1].astype(np.int32) * 1000), "TIFF"),
        "planar 16-bit tiff": deep_tiff(rgb, planarconfig="separate"),
        "planar deflated 16-bit tiff": deep_tiff(rgb, planarconfig="separate", compression="zlib", rowsperstrip=50),
        "tiled 16-bit tiff": deep_tiff(rgb, tile=(64, 64), compression="zlib", predictor=True),
        "16-bit tiff with a sample of no kind": deep_tiff(
            np.dstack([rgb, np.zeros(rgb.shape[:2], np.uint8)]), extrasamples=["unspecified"]
        ),
        **{f"16-bit tiff, orientation {o}": deep_tiff(rgb, o, compression="zlib") for o in range(1, 9)},
        **{f"tiff, orientation {o}": _tiff(rgb, o) for o in range(1, 9)},
        "packed 12-bit tiff": pages((rgb.astype(np.uint16) * 16, {"bitspersample": 12})),
        "signed 16-bit tiff": pages((rgb[..., 1].astype(np.int16) * 128, {"compression": "zlib", "predictor": 2})),
        "half-precision colour tiff": pages(((rgb / 255).astype(np.float16), {"compression": "lzw", "predictor": 3})),
        "big-endian bigtiff": pages((rgb, {"tile": (64, 64)}), byteorder=">", bigtiff=True),
        "webp": encode(image, "WEBP"),
        "bmp": encode(image, "BMP"),
        "ppm": encode(image, "PPM"),
        "pgm": encode(gray, "PPM"),
        "gif": encode(image, "GIF"),
        "animated gif": encode(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        **{f"exif orientation {o}": oriented(rgb, o) for o in range(1, 9)},
    }


def refused(rgb: Rgb) -> dict[str, tuple[bytes, int, str]]:
    """Every hostile or hopeless file: its bytes, and the status and code that must answer it."""
    image = Image.fromarray(rgb)
    jpeg, whole_png = encode(image, "JPEG"), encode(image, "PNG")
    unreadable, foreign = (422, "photograph_unreadable"), (415, "unsupported_media_type")
    no_retina = (422, "not_a_fundus_photograph")
    black, white = np.zeros((300, 300, 3), np.uint8), np.full((300, 300, 3), 255, np.uint8)
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), np.uint8)
    return {
        "empty file": (b"", *unreadable),
        "text": (b"This is no photograph at all, whatever its name says.", *foreign),
        "pdf": (b"%PDF-1.7\n1 0 obj\n", *foreign),
        "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", *foreign),
        "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n", *foreign),
        "truncated jpeg": (jpeg[: len(jpeg) // 2], *unreadable),
        "jpeg header only": (jpeg[:20], *unreadable),
        "truncated png": (whole_png[: len(whole_png) // 2], *unreadable),
        "png with a crc error": (broken_crc(whole_png, b"IHDR"), *unreadable),
        "zero by zero png": (png(0, 0), *unreadable),
        "png without data": (png(100, 100), *unreadable),
        "truncated tiff": (encode(image, "TIFF")[:5000], *unreadable),
        "truncated gif": (encode(image, "GIF")[:500], *unreadable),
        "1x1": (encode(Image.new("RGB", (1, 1)), "PNG"), 422, "photograph_too_small"),
        "63 rows": (encode(image.resize((200, 63)), "PNG"), 422, "photograph_too_small"),
        "100 megapixels in 2 KB": (png(10_000, 10_000, bytes(100)), 413, "photograph_too_many_pixels"),
        "a gigapixel in 1 KB": (png(50_000, 50_000, bytes(100)), 413, "photograph_too_many_pixels"),
        "all black": (encode(Image.fromarray(black), "PNG"), *no_retina),
        "all white": (encode(Image.fromarray(white), "JPEG"), *no_retina),
        "noise": (encode(Image.fromarray(noise), "PNG"), *no_retina),
    }
