"""Secrets that are kept among the records, so that every process and function of a service has the same."""

import secrets
from contextlib import suppress

from retina.storage.records import (
    NEW,
    ConditionError,
    Key,
    Put,
    Records,
)


def record_secret(records: Records, name: str, expires: int | None = None) -> bytes:
    """The 32 bytes called `name`, made where there are none; kept until `expires` (seconds since 1970) or for good."""
    key = Key(f"secret:{name}", "secret")
    [known] = records.get(key)
    if known is None:
        with suppress(ConditionError):  # made by another process, or by this one's own write
            records.write(Put(key, {"secret": secrets.token_hex(32)}, NEW, expires=expires))
        [known] = records.get(key)
        if known is None:
            raise RuntimeError(f"the secret {name} was written, but is not there")
    return bytes.fromhex(known.data["secret"])
