"""A heartbeat: keeps a job its worker's for as long as the worker is at it, however long that takes.

Enters: what extends the lease of a worker; leaves: a context. Ends with the process: a worker that is killed, or hangs
as a whole, is not heard of any more, and the job is due again when its lease runs out.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger("retina")


@contextmanager
def heartbeat(extend: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call `extend` every so many `seconds` while the context lasts; one call that fails is logged, the next may do."""
    stopping = threading.Event()

    def beat() -> None:
        while not stopping.wait(seconds):
            try:
                extend()
            except Exception:  # a database or queue that cannot be reached at the moment
                log.exception("a lease could not be extended")

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
