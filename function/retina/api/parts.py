"""Parts of an application as dependencies, those that need no imaging: a route declares a parameter, and FastAPI
fills it. `dependencies` has the others.
"""

from typing import Annotated, Any

from fastapi import Depends, Request

from retina.auth.callers import Callers
from retina.payment.selling import Selling
from retina.settings import Settings


def part(name: str) -> Any:
    """The dependency on the part that is stored in the application's state as `name`."""

    # Async, because FastAPI would run a plain function on a thread for every request.
    async def part_of(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(part_of)


SettingsDep = Annotated[Settings, part("settings")]
CallersDep = Annotated[Callers, part("callers")]
SellingDep = Annotated[Selling, part("selling")]
