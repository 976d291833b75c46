"""Run the structures network: where the optic disc lies, where the fovea, and which vessels are arteries.

Takes the four channels of `preparation` and returns three maps of half the canvas's size. `models/structures.json` is
its card; `models.training.structures` trains it.
"""

import threading
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retina.imaging.interpreter import allocated
from retina.imaging.model_card import CanvasSize
from retina.imaging.structures.preparation import Channels
from retina.imaging.structures.shipped import NETWORK, bundled

DISC, FOVEA, ARTERY = range(3)
"""Maps of the answer. What that of arteries shows off the vessels means nothing."""

Maps = NDArray[np.float32]
"""float32[h/2,w/2,3], 0 to 1."""


class StructureNetwork:
    """The network in a TensorFlow Lite file. Thread-safe: callers take turns."""

    def __init__(self, path: Path) -> None:
        """Load it. Raises `OSError` or `ValueError` if the file is missing or damaged."""
        self._interpreter = allocated(path.read_bytes())
        [source], [target] = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._source, self._target = source["index"], target["index"]
        self.canvas = CanvasSize(
            height=int(source["shape"][1]), width=int(source["shape"][2]), field_of_view_width_up_to=None
        )
        self._lock = threading.Lock()

    def __call__(self, values: Channels) -> Maps:
        """The maps float32[h/2,w/2,3] of a canvas float32[h,w,4]."""
        with self._lock:
            self._interpreter.set_tensor(self._source, values[None])
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._target)[0], np.float32)


@cache
def structure_network() -> StructureNetwork:
    """The shipped network, loaded once."""
    return StructureNetwork(bundled(NETWORK))
