"""Accounts and their API keys. Enters: who an issuer says somebody is, or a key; leaves: an account's id.

The id is random: nothing kept under it leads back to a person once the account's own records are gone. What an account
owns, and what it pays, is known to other rooms.
"""

import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from retina import clock
from retina.accounts.ledger import given, opening
from retina.accounts.quotas import take
from retina.accounts.reservations import account_key
from retina.accounts.scopes import SCOPES, Scope
from retina.accounts.signup_credits import Newcomer, SignupCredits
from retina.errors import (
    BusyError,
    KeyRefusedError,
    NotFoundError,
    TokenRefusedError,
    TooManyKeysError,
)
from retina.storage.records import (
    NEW,
    Change,
    ConditionError,
    Delete,
    Key,
    Put,
    Record,
    Records,
    ensure,
)

log = logging.getLogger("retina")

KEY_ID = re.compile(r"[0-9a-f]{16}")
API_KEY = re.compile(rf"rk_({KEY_ID.pattern})_([0-9a-f]{{64}})")
TOKEN_SECONDS = 2 * 3600
"""Longer than any access token is good."""
MOST_KEYS = 100
"""Of one account at the same time."""
CLOSED = "This account was deleted. Sign in again to create a new one."
EXPIRED = "This API key expired at {expires}. Create a new key and send it as X-API-Key."
REFUSED = "This API key is unknown or was revoked. Check X-API-Key, or create a new key."


UNKNOWN = Newcomer()


@dataclass(frozen=True)
class ApiKey:
    """What is told of a key once it was shown. Times are in UTC; `expires` and `used` (a day) are "" for never."""

    id: str
    name: str
    created: str
    scopes: tuple[Scope, ...] = SCOPES
    expires: str = ""
    used: str = ""


class Accounts:
    """The accounts in `records`; a new one starts with what `signup` gives."""

    def __init__(self, records: Records, signup: SignupCredits) -> None:
        self._records, self._signup = records, signup

    def of_user(self, issuer: str, subject: str, newcomer: Newcomer = UNKNOWN) -> str:
        """The account of whom `issuer` calls `subject`; made where there is none, for a `newcomer`."""
        user = _user(issuer, subject)
        [known] = self._records.get(user)
        if known is None:
            account = secrets.token_hex(16)
            link = Put(user, {"account": account}, NEW)
            for credits, changes in self._signup.gifts(newcomer):
                try:
                    self._records.write(link, *opening(account, user.partition, credits), *changes)
                except ConditionError:  # no gift; or made by another request meanwhile, or by this one's own write
                    [known] = self._records.get(user)
                    if known is not None:
                        break
                else:
                    return account
            if known is None:
                raise BusyError("The account could not be created. Please try again in a few seconds.")
        if "closed" in known.data:
            raise TokenRefusedError(CLOSED)
        return str(known.data["account"])

    def find(self, issuer: str, subject: str) -> str | None:
        """The account of whom `issuer` calls `subject`; None where there is none yet, or none any more."""
        [known] = self._records.get(_user(issuer, subject))
        return known.data.get("account") if known else None

    def remember(self, account: str, mail: str) -> bool:
        """Before an account is closed: whoever had credits for signing up gets none for doing so again for a year.

        Whether they had.
        """
        had = given(self._records, account)
        if had:
            self._records.write(self._signup.remember(mail))
        return had

    def close(self, account: str, issuer: str, subject: str, *besides: Change) -> None:
        """Nothing leads from the person to the account any more, or back; its ledger and balance stay.

        That it was closed is known for as long as an access token may be good. The changes `besides` are made with it.
        """
        user, expires = _user(issuer, subject), int(time.time()) + TOKEN_SECONDS
        closed = Put(account_key(account), {"closed": clock.now()})
        ensure(self._records, closed, Put(user, {"closed": clock.now()}, expires=expires), *besides)

    def make_key(
        self,
        account: str,
        name: str,
        scopes: tuple[Scope, ...] = SCOPES,
        expires: str = "",
        besides: Callable[[str], Change] | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key called `name`, good until `expires` (a time as of `clock`), and its text, which is not kept.

        `besides`: from its id, a change to be made with it.
        """
        key_id, secret, created = secrets.token_hex(8), secrets.token_hex(32), clock.now()
        limits: dict[str, Any] = {"scopes": [*scopes], "expires": expires}
        facts = {"account": account, "name": name, "created": created, "sha256": _sha256(secret)} | limits

        with_it = (besides(key_id),) if besides else ()

        def changes(place: Key) -> tuple[Put, *tuple[Change, ...]]:
            return Put(_key(key_id), facts | {"place": place.sort}, NEW), Put(place, {"id": key_id}, NEW), *with_it

        if not take(self._records, _keys(account), MOST_KEYS, changes):
            raise TooManyKeysError(f"This account already has {MOST_KEYS} keys. Revoke one first.")
        return ApiKey(key_id, name, created, scopes, expires), f"rk_{key_id}_{secret}"

    def keys(self, account: str) -> list[ApiKey]:
        """Those that were not revoked, the oldest first."""
        listed = self._records.query(_keys(account), limit=MOST_KEYS)
        found = self._records.get(*(_key(row.data["id"]) for row in listed)) if listed else []
        return sorted((_api_key(record) for record in found if record), key=lambda key: key.created)

    def revoke(self, account: str, id: str, entry: Put | None = None) -> None:
        """The key is refused from now on, and `entry`, which is like no other, is written; raises `NotFoundError` where
        the account has no such key.
        """
        [known] = self._records.get(_key(id)) if KEY_ID.fullmatch(id) else [None]
        if known is None or known.data["account"] != account:
            raise NotFoundError("There is no such key.")
        gone = (Delete(known.key), Delete(_listed(account, known)))
        if entry:
            ensure(self._records, entry, *gone)
        else:
            self._records.write(*gone)

    def of_key(self, text: str) -> tuple[str, ApiKey]:
        """The account that a key belongs to, and the key; raises `KeyRefusedError`, also where it has expired."""
        match = API_KEY.fullmatch(text)
        [known] = self._records.get(_key(match[1])) if match else [None]
        if match is None or known is None or not hmac.compare_digest(known.data["sha256"], _sha256(match[2])):
            raise KeyRefusedError(REFUSED)
        key = _api_key(known)
        if key.expires and key.expires <= clock.now():
            raise KeyRefusedError(EXPIRED.format(expires=key.expires[:16].replace("T", " ") + " UTC"))
        if key.used != clock.today():
            self._note_use(known)
        return str(known.data["account"]), key

    def _note_use(self, known: Record) -> None:
        """Keep the day of a key's last use: one write a day."""
        try:
            self._records.write(Put(known.key, {**known.data, "used": clock.today()}, known.version))
        except ConditionError:  # another request has noted it, or the key was revoked
            return
        except Exception:  # a full disk, say: no reason to refuse the request
            log.exception("the use of an API key could not be recorded")

    def closed(self, account: str) -> bool:
        """Whether there was an account of this id that was closed."""
        [known] = self._records.get(account_key(account))
        return known is not None and "closed" in known.data

    def exists(self, account: str) -> bool:
        """Whether there is an account of this id."""
        return self._records.get(account_key(account))[0] is not None


def _user(issuer: str, subject: str) -> Key:
    return Key(f"user:{_sha256(f'{issuer} {subject}')}", "account")


def _key(id: str) -> Key:
    return Key(f"key:{id}", "key")


def _listed(account: str, known: Record) -> Key:
    """Where a key is in its account's list; without a place it was made before there were any."""
    id = known.key.partition.removeprefix("key:")
    return Key(_keys(account), known.data.get("place") or f"{known.data['created']}:{id}")


def _keys(account: str) -> str:
    return f"keys:{account}"


def _api_key(record: Record) -> ApiKey:
    """Keys of older versions have neither scopes nor an end: they may do everything, for good."""
    data = record.data
    return ApiKey(
        record.key.partition.removeprefix("key:"),
        data["name"],
        data["created"],
        tuple(scope for scope in SCOPES if scope in data.get("scopes", SCOPES)),
        data.get("expires", ""),
        data.get("used", ""),
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
