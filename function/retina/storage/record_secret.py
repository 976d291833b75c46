"""Secrets stored among the records, so that every process and function of a service uses the same ones."""

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
    """The 32-byte secret called `name`, created if missing; stored until `expires` (seconds since 1970) or forever."""
    key = Key(f"secret:{name}", "secret")
    [known] = records.get(key)
    if known is None:
        with suppress(ConditionError):  # created by another process, or by this one if the reply got lost
            records.write(Put(key, {"secret": secrets.token_hex(32)}, NEW, expires=expires))
        [known] = records.get(key)
        if known is None:
            raise RuntimeError(f"the secret {name} was written, but is not there")
    return bytes.fromhex(known.data["secret"])
