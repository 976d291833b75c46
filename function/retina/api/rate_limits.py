"""Fair use for requests of those who do not pay. A route counts its request once nothing is left but the work itself:
what is refused before that costs nobody's share.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from retina.api.addresses import Viewer
from retina.api.callers import Anyone
from retina.api.dependencies import ServicesDep
from retina.services import Services


@dataclass(frozen=True)
class Share:
    """What a request is counted for. `address` is None for whoever is not counted: keys pay, this computer is its
    owner's.
    """

    services: Services
    what: str
    address: str | None
    account: str

    def count(self) -> None:
        """Count the request; raises `FairUseError`."""
        if self.address:
            self.services.fair_use.count(self.what, self.address, self.account)


def _share_of(what: str) -> Callable[..., Awaitable[Share]]:
    async def share(services: ServicesDep, address: Viewer, caller: Anyone) -> Share:
        paying = bool(caller and caller.key_id)
        return Share(services, what, None if paying else address, caller.account if caller else "")

    return share


FairPredictions = Annotated[Share, Depends(_share_of("predictions"))]
FairUploads = Annotated[Share, Depends(_share_of("uploads"))]
