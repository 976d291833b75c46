"""What a file itself states about its photograph: a DICOM file may, others do not.

These facts are all that leaves the decoding process of a file's header. They are checked on both sides.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Laterality = Literal["left", "right"]

SMALLEST_UM, LARGEST_UM = 1, 200
"""A pixel size outside this range, in micrometres, is not that of a retina, but of a scanner or a screen, or an error.
"""


@dataclass(frozen=True)
class Facts:
    """The number of `frames`, the size of a pixel on the retina in micrometres, and which eye it is; None where the
    file does not say.
    """

    frames: int = 1
    pixel_size_um: float | None = None
    laterality: Laterality | None = None

    def message(self) -> dict[str, Any]:
        """The facts as JSON."""
        return asdict(self)

    @classmethod
    def received(cls, message: dict[str, Any]) -> "Facts":
        """The facts in a message from a process that may be under an attacker's control; nonsense counts as not
        stated.
        """
        frames, size, laterality = (message.get(name) for name in ("frames", "pixel_size_um", "laterality"))
        return cls(
            frames if type(frames) is int and frames > 0 else 1,
            float(size) if isinstance(size, int | float) and is_plausible(size) else None,
            laterality if laterality in get_args(Laterality) else None,
        )


def is_plausible(size: float) -> bool:
    """Whether a pixel may have this size in micrometres."""
    return math.isfinite(size) and SMALLEST_UM <= size <= LARGEST_UM


UNSTATED = Facts()
"""Of a file that states nothing."""
