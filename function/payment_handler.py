"""The Lambda entry point of the function that sells credits: requests, timers that reconcile, deleted accounts."""

import logging
from typing import Any

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from retina.api.problems import MEDIA_TYPE
from retina.payment import deletions
from retina.payment_app import create_payment_app

TIMER = "aws.events"
"""The source of the timer's events. A request from outside cannot name it: what it says is inside the event."""

log = logging.getLogger("retina.payment")

_app = create_payment_app()
_application = Mangum(_app, lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE])


class UnsettledError(Exception):
    """Payments that somebody has to deal with; the log says which. It raises the function's alarm."""


def payment(event: dict[str, Any], context: Any) -> Any:
    """Handle one request from the HTTP API, book what a timer finds in the last `days`, or close the pages for paying
    of an account that is being deleted.
    """
    source = event.get("source")
    if source == TIMER:
        return _reconcile(event["days"])
    if source == deletions.SOURCE:
        return _app.state.selling.close_pages(event["account"])
    return _application(event, context)


def _reconcile(days: int) -> None:
    """Raises `UnsettledError`, and `PaymentUnavailableError` if Stripe does not list the payments."""
    problems = []
    for id, (purchase, change, problem) in _app.state.selling.reconcile(days):
        if problem:  # which is in the log
            problems.append(id)
        elif purchase:
            log.warning("%s, purchase %s: %+d credits, whose event was lost", id, purchase.id, change)
    if problems:
        raise UnsettledError(f"payments that could not be booked: {len(problems)}")
