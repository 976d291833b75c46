"""Cuts symbol tables and debugging information off shared libraries: the package is 12 MB smaller.

As `strip` does, but with the same bytes on every machine, and never with libraries that auditwheel has patched: `strip`
breaks these.
"""

import io
import struct
from pathlib import Path

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

HEADERS_AT = 0x28
"""Where a 64-bit ELF file has the offset of its section headers (e_shoff)."""
SECTION_AT = 0x18
"""Where a section header has the offset of its section (sh_offset)."""


def cut(folder: Path) -> None:
    """Cut every library below `folder` after the last byte that the loader reads, if nothing but tables follows."""
    for path in sorted(folder.rglob("*.so*")):
        content = path.read_bytes()
        if (shorter := _cut(content)) != content:
            path.write_bytes(shorter)


def _cut(content: bytes) -> bytes:
    """What is left of a library: its segments, the names of its sections, and their headers.

    A section that is gone leaves an empty header, because headers refer to each other by number.
    """
    elf = ELFFile(io.BytesIO(content))
    end = max(segment["p_offset"] + segment["p_filesz"] for segment in elf.iter_segments())
    size, names = elf["e_shentsize"], elf["e_shstrndx"]
    if elf["e_shoff"] < end:  # auditwheel has put segments behind them
        return content
    headers, text = [], b""
    for number, section in enumerate(elf.iter_sections()):
        start = elf["e_shoff"] + number * size
        header = bytearray(content[start : start + size])
        if number == names:
            text = section.data()
            struct.pack_into("<Q", header, SECTION_AT, end)
        elif not section["sh_flags"] & SH_FLAGS.SHF_ALLOC:
            header = bytearray(size)
        headers.append(bytes(header))
    text += bytes(-(end + len(text)) % 8)
    short = bytearray(content[:end])
    struct.pack_into("<Q", short, HEADERS_AT, end + len(text))
    return bytes(short) + text + b"".join(headers)
