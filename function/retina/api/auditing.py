"""Lets routes write audit log entries with the caller and the address of the current request."""

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
    """The audit log for one request."""

    services: Services
    address: str | None

    def entry(self, caller: Caller, action: Action, record: str = "") -> Put:
        """The change that adds an entry, to be written in the same transaction as the action that it records."""
        return self.services.audit.entry(caller.account, action, record, caller.key_id, self.address)

    def entry_of(self, caller: Caller, action: Action, source: str = "") -> Callable[[str], Put]:
        """Like `entry`, for a record that has no id yet; `source` is the id of the record that it is made
        from, if any.
        """
        return lambda record: self.entry(caller, action, f"{source}:{record}" if source else record)

    def note(self, caller: Caller, action: Action, record: str = "") -> None:
        """Add an entry before something is changed. Raises an error if that fails; then nothing may be changed."""
        self.services.audit.note(caller.account, action, record, caller.key_id, self.address)

    def seen(self, caller: Caller, action: Action, record: str = "") -> None:
        """Add an entry before something is shown."""
        self.services.audit.seen(caller.account, action, record, caller.key_id, self.address)


async def audit_log(services: ServicesDep, address: Viewer) -> Log:
    """The audit log for the request that comes from `address`."""
    return Log(services, address)


Audited = Annotated[Log, Depends(audit_log)]
