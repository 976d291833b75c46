"""Run the network of a model card.

Takes float32[h,w] from `retina.imaging.preprocessing.prepare` and returns the probability, float32[h,w], 0 to 1.
Preprocessing and thresholding happen elsewhere.
"""

import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from retina.errors import ModelCardError
from retina.imaging.arrays import Canvas
from retina.imaging.interpreter import allocated
from retina.imaging.model_card import CanvasSize, read_model_card

LARGE = 300_000
"""A canvas of more pixels than this has only one interpreter: XNNPACK takes 0.2 GB for 1024x1024 and 0.5 GB for
2048x1408."""

MOST_THREADS = 4
"""For one photograph, however many cores there are: measured with two only, and the others are left to other work."""


class VesselNetwork:
    """A model card's network, for any of its canvases. Thread-safe.

    An interpreter serves one caller at a time and is created for one canvas, never resized. A canvas gets as many
    interpreters as callers have ever used it at the same time, except that a large canvas has only one, which callers
    use one after the other, and which computes with `threads`, at most `MOST_THREADS`. Their number changes no
    probability.
    """

    def __init__(self, card_path: Path, canvases: Sequence[CanvasSize] | None = None, threads: int = 1) -> None:
        """Read the card and the network; `canvases` replaces the card's if given. Raises `ModelCardError`."""
        self._threads = min(threads, MOST_THREADS)
        self.card, self._network = read_model_card(card_path)
        if canvases:
            self.card = self.card.model_copy(update={"canvases": tuple(canvases)})
        self._idle: dict[CanvasSize, list[Any]] = defaultdict(list)
        self._lock = threading.Lock()
        self._large_canvas_locks = {
            canvas: threading.Lock() for canvas in self.card.canvases if canvas.height * canvas.width > LARGE
        }
        smallest = min(self.card.canvases, key=lambda canvas: canvas.height * canvas.width)
        first = self._load(smallest)
        self.xnnpack = any(op["op_name"] == "DELEGATE" for op in first._get_ops_details())
        self._idle[smallest].append(first)

    def __call__(self, canvas: CanvasSize, values: Canvas) -> Canvas:
        """Run the network on `values` float32[h,w] of the canvas's size; returns float32[h,w], 0 to 1."""
        with self._large_canvas_locks.get(canvas, nullcontext()):
            return self._run(canvas, values)

    def _run(self, canvas: CanvasSize, values: Canvas) -> Canvas:
        with self._lock:
            idle = self._idle[canvas]
            interpreter = idle.pop() if idle else None
        interpreter = interpreter or self._load(canvas)
        [source], [target] = interpreter.get_input_details(), interpreter.get_output_details()
        interpreter.set_tensor(source["index"], values[None, ..., None])
        interpreter.invoke()
        probability: Canvas = interpreter.get_tensor(target["index"])[0, ..., 0]
        with self._lock:
            self._idle[canvas].append(interpreter)
        return probability

    def _load(self, canvas: CanvasSize) -> Any:
        try:
            threads = self._threads if canvas in self._large_canvas_locks else 1
            return allocated(self._network, (1, canvas.height, canvas.width, 1), threads)
        except (RuntimeError, ValueError) as error:
            raise ModelCardError(f"the network {self.card.file} cannot run on canvas {canvas}: {error}") from error
