"""Create interpreters of TensorFlow Lite networks.

The runtime announces its delegate on the error output, once in a process, and has neither a setting nor a variable
against it. So while the first interpreter is created, what is written there is held back, and then passed on without
that line. If the runtime aborts the process meanwhile, what it has written is lost.
"""

import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

try:
    from ai_edge_litert.interpreter import Interpreter
except ModuleNotFoundError:  # Python 3.11 with the predecessor installed
    from tflite_runtime.interpreter import Interpreter

ANNOUNCEMENT = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"

ERROR_OUTPUT = 2
"""Its file descriptor: the runtime does not write through Python."""

_first = threading.Lock()
_announced = False


def allocated(network: bytes, shape: Sequence[int] | None = None, threads: int = 1) -> Any:
    """An interpreter that computes with so many `threads`. The `network`'s only input has this `shape`, or its own.

    Raises `ValueError` or `RuntimeError` if the network is damaged or cannot have this shape.
    """
    global _announced
    if _announced:
        return _allocated(network, shape, threads)
    with _first, _unannounced():
        interpreter = _allocated(network, shape, threads)
        _announced = True
    return interpreter


def _allocated(network: bytes, shape: Sequence[int] | None, threads: int) -> Any:
    interpreter = Interpreter(model_content=network, num_threads=threads)
    if shape:
        interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], tuple(shape))
    interpreter.allocate_tensors()
    return interpreter


@contextmanager
def _unannounced() -> Iterator[None]:
    """Hold back what is written to the error output meanwhile; pass it on afterwards, without the announcement."""
    with ExitStack() as held_back:
        try:
            held = held_back.enter_context(tempfile.TemporaryFile())
            real = os.dup(ERROR_OUTPUT)
        except OSError:  # it is closed, or no file can be created: then the line may appear
            yield
            return
        os.dup2(held.fileno(), ERROR_OUTPUT)
        try:
            yield
        finally:
            os.dup2(real, ERROR_OUTPUT)
            os.close(real)
            held.seek(0)
            _pass_on(held.read().replace(ANNOUNCEMENT, b""))


def _pass_on(said: bytes) -> None:
    with suppress(OSError):  # nobody reads it any more
        while said:
            said = said[os.write(ERROR_OUTPUT, said) :]
