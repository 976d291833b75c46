"""The small network that finds roughly where the field of view lies.

Takes RGB uint8[h,w,3] of any size and returns the share of field of view in each cell of a grid laid over it,
float32[48,48], 0 to 1. `models/field_of_view.json` is its card; `models.training.field_of_view` trains it.
`imaging.field_edge` finds the exact edge.
"""

import threading
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Rgb
from retina.imaging.interpreter import allocated


class FieldNetwork:
    """The network in a TensorFlow Lite file. Thread-safe: callers take turns, a millisecond or two each."""

    def __init__(self, path: Path) -> None:
        """Load it. Raises `OSError` or `ValueError` if the file is missing or damaged."""
        self._interpreter = allocated(path.read_bytes())
        [source], [target] = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._source, self._target = source["index"], target["index"]
        self._size = (int(source["shape"][2]), int(source["shape"][1]))
        self._lock = threading.Lock()

    def __call__(self, rgb: Rgb) -> NDArray[np.float32]:
        """The share of field of view in each cell, float32[48,48], for RGB uint8[h,w,3]."""
        stretched = cv2.resize(rgb, self._size, interpolation=cv2.INTER_AREA).astype(np.float32)
        with self._lock:
            self._interpreter.set_tensor(self._source, stretched[None])
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._target)[0, ..., 0], np.float32)


@cache
def field_network() -> FieldNetwork:
    """The shipped network, loaded once."""
    package = Path(__file__).parents[1]  # in an installed package the models are inside, in a checkout beside it
    inside = package / "models"
    return FieldNetwork((inside if inside.exists() else package.parents[1] / "models") / "field_of_view.tflite")
