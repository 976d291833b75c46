"""The headers If-Match and If-None-Match of a request that changes the correction of a saved prediction."""

from typing import Annotated

from fastapi import Depends, Header

from retina.history.precondition import ANY, ETAG, Precondition

MATCH = rf"^[ \t]*(?:\*|{ETAG}(?:[ \t]*,[ \t]*{ETAG})*)[ \t]*$"

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        pattern=MATCH,
        description="`correction.etag` as it was last seen, quotes included: with any other correction by now, or "
        "none, the answer is 412 and nothing changes",
        examples=['"5f0c2d9e"'],
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        pattern=rf"^\{ANY}$",
        description="`*`: if there is a correction by now, the answer is 412 and nothing changes",
    ),
]


def unseen(match: IfMatch = None, none_match: IfNoneMatch = None) -> Precondition:
    """For a request that may also make the first correction."""
    return Precondition(match, none_match)


def seen(match: IfMatch = None) -> Precondition:
    """For a request about a correction that exists."""
    return Precondition(match)


ToReplace = Annotated[Precondition, Depends(unseen)]
ToDelete = Annotated[Precondition, Depends(seen)]
