"""Damage as files suffer it: cut off, with or without an end marker, bytes changed, a run of zeros."""

import numpy as np

ENDS = {b"\xff\xd8": b"\xff\xd9", b"\x89PNG": b"\0\0\0\0IEND\xaeB`\x82", b"GIF8": b"\0;"}
"""How files that begin so end."""


def damaged(data: bytes, random: np.random.Generator) -> bytes:
    """The file `data` with one kind of damage."""
    size = len(data)
    way = random.integers(0, 4)
    if way < 2:
        end = next((end for begin, end in ENDS.items() if data.startswith(begin)), b"")
        return data[: random.integers(size // 10, size)] + end * int(way)
    changed = np.frombuffer(data, np.uint8).copy()
    if way == 2:
        where = random.integers(0, size, random.integers(1, 9))
        changed[where] = random.integers(0, 256, len(where))
    else:
        length = int(random.integers(1, 4097))
        start = int(random.integers(0, max(1, size - length)))
        changed[start : start + length] = 0
    return changed.tobytes()
