"""Extend a job's lease for as long as its worker runs.

The heartbeat is a thread and ends with its process. If a worker is killed or hangs as a whole, the lease runs out and
the job is due again.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger("retina")


@contextmanager
def heartbeat(extend: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call `extend` every `seconds` while the context lasts. A failed call is logged; the next one may succeed."""
    stopping = threading.Event()

    def beat() -> None:
        while not stopping.wait(seconds):
            try:
                extend()
            except Exception:  # the database or queue may be unreachable at the moment
                log.exception("a lease could not be extended")

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
