"""The audit log as routes write it: with the caller and the address of the request at hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from retina.accounts.audit import Action
from retina.api.addresses import Viewer
from retina.api.dependencies import ServicesDep
from retina.auth.callers import Caller
from retina.services import Services
from retina.storage.records import Put


@dataclass(frozen=True)
class Log:
    """The audit log, for one request."""

    services: Services
    address: str | None

    def entry(self, caller: Caller, action: Action, record: str = "") -> Put:
        """The change that adds an entry, to be written with what it tells of."""
        return self.services.audit.entry(caller.account, action, record, caller.key_id, self.address)

    def entry_of(self, caller: Caller, action: Action, source: str = "") -> Callable[[str], Put]:
        """As `entry`, for a record that has no id yet, made of the record `source`, if any."""
        return lambda record: self.entry(caller, action, f"{source}:{record}" if source else record)

    def note(self, caller: Caller, action: Action, record: str = "") -> None:
        """Add an entry before something is changed; raises where that cannot be: then nothing may be changed."""
        self.services.audit.note(caller.account, action, record, caller.key_id, self.address)

    def seen(self, caller: Caller, action: Action, record: str = "") -> None:
        """Add an entry before something is shown."""
        self.services.audit.seen(caller.account, action, record, caller.key_id, self.address)


async def audit_log(services: ServicesDep, address: Viewer) -> Log:
    """The audit log for the request that comes from `address`."""
    return Log(services, address)


Audited = Annotated[Log, Depends(audit_log)]
