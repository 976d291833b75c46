"""Query parameters for paged lists: how many entries, and the cursor of the next page."""

import base64
import re
from typing import Annotated

from fastapi import Query

from retina.errors import InvalidRequestError

PLACE = re.compile(r"[0-9A-Za-z:.-]{1,128}")

Limit = Annotated[int, Query(ge=1, le=100, description="at most this many")]
Cursor = Annotated[str | None, Query(description="the last page's `next`", examples=["MjAyNi0xMS0yNA=="])]


def place_of(cursor: str | None) -> str | None:
    """The place that a cursor stands for; raises `InvalidRequestError`."""
    if cursor is None:
        return None
    try:
        place = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        place = ""
    if not PLACE.fullmatch(place):
        raise InvalidRequestError("This cursor is not valid here. Use “next” from the previous page.")
    return place


def cursor_of(place: str | None) -> str | None:
    """The cursor for a place."""
    return base64.urlsafe_b64encode(place.encode()).decode() if place is not None else None
