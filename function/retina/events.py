"""Events for monitoring: what happened and how long it took, never to whom or with which photograph.

The events are log records of the logger `retina.events`. Nothing handles them unless handler.py does.
"""

import logging

log = logging.getLogger("retina.events")


def predicted(network_seconds: float) -> None:
    """A photograph was analysed; the network took so many seconds."""
    log.info("predicted", extra={"milliseconds": network_seconds * 1e3})


def rejected(code: str) -> None:
    """A request was answered with the error that has this stable code."""
    log.info("rejected", extra={"code": code})
