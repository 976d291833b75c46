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


WAYS = ("bytes", "bits", "zeros", "cut", "cut, with an end", "swapped", "inserted", "removed", "copied")
"""More kinds of damage: some bytes or bits are others, the end is missing, or a run is zeros, exchanged with another,
there twice, missing, or replaced by another.
"""


def damaged_in_any_way(data: bytes, random: np.random.Generator) -> bytes:
    """The file `data` with one of `WAYS`. Runs have up to 16 KiB, and up to an eighth of the file."""
    size, way = len(data), WAYS[random.integers(len(WAYS))]
    if way.startswith("cut"):
        end = next((end for begin, end in ENDS.items() if data.startswith(begin)), b"")
        return data[: random.integers(size // 10, size)] + end * (way != "cut")
    changed = np.frombuffer(data, np.uint8).copy()
    if way in ("bytes", "bits"):
        where = random.integers(0, size, random.integers(1, 9))
        bits = (1 << random.integers(0, 8, len(where))).astype(np.uint8)
        changed[where] = changed[where] ^ bits if way == "bits" else random.integers(0, 256, len(where))
        return changed.tobytes()
    length = int(random.integers(1, min(2**14, size // 8)))
    first, second = sorted(int(place) for place in random.integers(0, size - length, 2))
    if way in ("zeros", "copied"):
        changed[first : first + length] = 0 if way == "zeros" else changed[second : second + length].copy()
        return changed.tobytes()
    if way == "removed":
        return data[:first] + data[first + length :]
    if way == "inserted":
        return data[:first] + data[second : second + length] + data[first:]
    second = max(second, first + length)
    run, between, other = data[first : first + length], data[first + length : second], data[second : second + length]
    return data[:first] + other + between + run + data[second + length :]
