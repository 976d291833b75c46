"""The rate limit for requests that are free of charge. Routes count a request just before the work, so refused ones are
not counted.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from retina.api.addresses import Viewer
from retina.api.callers import Anyone
from retina.api.dependencies import ServicesDep
from retina.auth.callers import Caller
from retina.services import Services


@dataclass(frozen=True)
class RateLimit:
    """Where a request is counted.

    `address` is None for requests that are not counted: those with an API key are paid for, and this computer belongs
    to its user.
    """

    services: Services
    what: str
    address: str | None
    account: str

    def count(self) -> None:
        """Count the request; raises `RateLimitError`."""
        if self.address:
            self.services.rate_limits.count(self.what, self.address, self.account)

    def count_free(self, caller: Caller | None) -> None:
        """Count a request that is never charged, also one with an API key: it takes time. Raises `RateLimitError`."""
        self.count()
        if caller and caller.key_id:
            available = self.services.credits.available(caller.account)
            self.services.rate_limits.count_paying(self.what, caller.account, available)


def _limit_of(what: str) -> Callable[..., Awaitable[RateLimit]]:
    async def limit(services: ServicesDep, address: Viewer, caller: Anyone) -> RateLimit:
        paying = bool(caller and caller.key_id)
        return RateLimit(services, what, None if paying else address, caller.account if caller else "")

    return limit


PredictionLimit = Annotated[RateLimit, Depends(_limit_of("predictions"))]
PreviewLimit = Annotated[RateLimit, Depends(_limit_of("previews"))]
UploadLimit = Annotated[RateLimit, Depends(_limit_of("uploads"))]
