"""What decoding a file takes beyond what others of its size take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Extra:
    """`pixel_bytes` of memory, and `seconds` of processor time."""

    pixel_bytes: int = 0
    seconds: float = 0
