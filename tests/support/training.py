"""Training that several test files do: its steps, without the time that compiling them takes."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow


@contextmanager
def uncompiled() -> Iterator[None]:
    """Steps are computed without being compiled first, which takes a hundred times as long as a few steps."""
    tensorflow.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tensorflow.config.run_functions_eagerly(False)
