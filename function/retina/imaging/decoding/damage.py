"""What damaged files make decoders raise, and what is said about them."""

import struct
import zlib

from PIL import ImageCms

DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    ZeroDivisionError,
    AssertionError,
    RuntimeError,
    MemoryError,
    EOFError,
    struct.error,
    zlib.error,
    ImageCms.PyCMSError,
)
"""Exceptions that decoders raise on damaged files. They document no single type."""

DAMAGED = (
    "The file is damaged, incomplete or of a kind that cannot be decoded. Copy it again, or export the photograph as "
    "PNG or JPEG."
)
