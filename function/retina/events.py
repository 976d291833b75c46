"""What happened, for whoever watches the service: counted and timed, without a word about whom or what it was.

Leaves: log records of the logger `retina.events`. Nobody listens to them, unless handler.py does.
"""

import logging

log = logging.getLogger("retina.events")


def predicted(network_seconds: float) -> None:
    """A photograph was answered; the network took so long."""
    log.info("predicted", extra={"milliseconds": network_seconds * 1e3})


def rejected(code: str) -> None:
    """A request was answered with the error of this stable code."""
    log.info("rejected", extra={"code": code})
