"""The Lambda entry point of the function that sells credits."""

from typing import Any

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from retina.api.problems import MEDIA_TYPE
from retina.payment_app import create_payment_app

_application = Mangum(create_payment_app(), lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE])


def payment(event: dict[str, Any], context: Any) -> Any:
    """Handle one request from the HTTP API."""
    return _application(event, context)
