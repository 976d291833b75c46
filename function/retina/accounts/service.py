"""Accounts and their API keys: from a person's identity at an issuer, or from a key, to the id of an account.

The id is random: once the account's own records are deleted, nothing stored under the id leads back to a person. What
an account owns and pays is handled by other packages.
"""

import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from retina import clock
from retina.accounts.key_limits import KeyLimits, key_record, limits_of
from retina.accounts.ledger import given, opening
from retina.accounts.quotas import take
from retina.accounts.reservations import account_key, is_closed
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
"""Longer than the lifetime of any access token."""
ATTEMPTS = 8
MOST_KEYS = 100
"""Limit on the keys of an account."""
CLOSED = "This account was deleted. Sign in again to create a new one."
EXPIRED = "This API key expired at {expires}. Create a new key and send it as X-API-Key."
REFUSED = (
    "This API key is unknown, was revoked, or may not be used from this network address. Check X-API-Key, or create a "
    "new key."
)
"""For an address that is not allowed, too: a stranger does not learn that the key is right."""


UNKNOWN = Newcomer()
UNLIMITED = KeyLimits()


@dataclass(frozen=True)
class ApiKey:
    """An API key without its secret. Times are in UTC; `expires` and `used` (a day) are "" for never."""

    id: str
    name: str
    created: str
    scopes: tuple[Scope, ...] = SCOPES
    expires: str = ""
    used: str = ""
    limits: KeyLimits = UNLIMITED


class Accounts:
    """The accounts in `records`; a new one starts with the credits that `signup` grants."""

    def __init__(self, records: Records, signup: SignupCredits) -> None:
        self._records, self._signup = records, signup

    def of_user(self, issuer: str, subject: str, newcomer: Newcomer = UNKNOWN) -> str:
        """The account of the person whom `issuer` calls `subject`, created for a `newcomer` if there is none.

        Raises `TokenRefusedError` if it was deleted, and `BusyError` if it could not be created.
        """
        user = _user(issuer, subject)
        [known] = self._records.get(user)
        if known is None:
            account = secrets.token_hex(16)
            link = Put(user, {"account": account}, NEW)
            for credits, changes in self._signup.gifts(newcomer):
                try:
                    self._records.write(link, *opening(account, user.partition, credits), *changes)
                except ConditionError:  # no gift, or created by another request, or by this one if the reply was lost
                    [known] = self._records.get(user)
                    if known is not None:
                        break
                else:
                    return account
            if known is None:
                raise BusyError("The account could not be created.")
        if "closed" in known.data:
            raise TokenRefusedError(CLOSED)
        return str(known.data["account"])

    def find(self, issuer: str, subject: str) -> str | None:
        """The account of the person whom `issuer` calls `subject`; None if there is none, or if it was deleted."""
        [known] = self._records.get(_user(issuer, subject))
        return known.data.get("account") if known else None

    def remember(self, account: str, email: str) -> bool:
        """Before an account is deleted: note that it had sign-up credits, so that its person gets none for a year.

        Returns whether it had any.
        """
        had = given(self._records, account)
        if had:
            self._records.write(self._signup.remember(email))
        return had

    def close(self, account: str, issuer: str, subject: str, *extra_changes: Change) -> None:
        """Remove the link between person and account in both directions, and make the changes `extra_changes` with it.

        The ledger and the balance remain. The deletion is on record for longer than any access token lives.
        """
        user, expires = _user(issuer, subject), int(time.time()) + TOKEN_SECONDS
        closed = Put(account_key(account), {"closed": clock.now()})
        ensure(self._records, closed, Put(user, {"closed": clock.now()}, expires=expires), *extra_changes)

    def make_key(
        self,
        account: str,
        name: str,
        scopes: tuple[Scope, ...] = SCOPES,
        expires: str = "",
        extra_changes: Callable[[str], Change] | None = None,
        limits: KeyLimits = UNLIMITED,
    ) -> tuple[ApiKey, str]:
        """Create a key called `name`, valid until `expires` (formatted as by `clock`), within `limits`; returns it and
        its text.

        The text is not stored. `extra_changes` takes the key's id and returns a change to be made with it. Raises
        `TooManyKeysError`.
        """
        key_id, secret, created = secrets.token_hex(8), secrets.token_hex(32), clock.now()
        may: dict[str, Any] = {"scopes": [*scopes], "expires": expires, "limits": asdict(limits)}
        facts = {"account": account, "name": name, "created": created, "sha256": _sha256(secret)} | may
        with_it = (extra_changes(key_id),) if extra_changes else ()

        def changes(place: Key) -> tuple[Put, *tuple[Change, ...]]:
            return (
                Put(key_record(key_id), facts | {"place": place.sort}, NEW),
                Put(place, {"id": key_id}, NEW),
                *with_it,
            )

        if not take(self._records, _keys(account), MOST_KEYS, changes):
            raise TooManyKeysError(f"This account already has {MOST_KEYS} keys. Revoke one first.")
        return ApiKey(key_id, name, created, scopes, expires, limits=limits), f"rk_{key_id}_{secret}"

    def keys(self, account: str) -> list[ApiKey]:
        """The keys that were not revoked, oldest first."""
        listed = self._records.query(_keys(account), limit=MOST_KEYS)
        found = self._records.get(*(key_record(row.data["id"]) for row in listed)) if listed else []
        return sorted((_api_key(record) for record in found if record), key=lambda key: key.created)

    def revoke(self, account: str, id: str, entry: Put | None = None) -> None:
        """Revoke a key and write `entry`, which must be unique to the request.

        Raises `NotFoundError` if the account has no such key.
        """
        known = self._of_account(account, id)
        gone = (Delete(known.key), Delete(_listed(account, known)))
        if entry:
            ensure(self._records, entry, *gone)
        else:
            self._records.write(*gone)

    def change_key(self, account: str, id: str, change: Callable[[ApiKey], ApiKey], entry: Put) -> ApiKey:
        """Store what `change` makes of a key's name, scopes, expiry and limits, and write `entry`, which must be unique
        to the request; returns the changed key.

        Raises `NotFoundError` if the account has no such key, `BusyError` if it keeps changing, and what `change`
        raises.
        """
        for _ in range(ATTEMPTS):
            known = self._of_account(account, id)
            key = change(_api_key(known))
            may = {"name": key.name, "scopes": [*key.scopes], "expires": key.expires, "limits": asdict(key.limits)}
            try:
                ensure(self._records, entry, Put(known.key, {**known.data, **may}, known.version))
            except ConditionError:  # its use was recorded, or it was changed or revoked
                continue
            return key
        raise BusyError("Other requests are changing this key right now.")

    def of_key(self, text: str, address: str | None = None) -> tuple[str, ApiKey]:
        """The account of a key that is used from `address` (None: this computer), and the key.

        Raises `KeyRefusedError` if it is unknown, revoked, expired or not allowed from there.
        """
        match = API_KEY.fullmatch(text)
        [known] = self._records.get(key_record(match[1])) if match else [None]
        if match is None or known is None or not hmac.compare_digest(known.data["sha256"], _sha256(match[2])):
            raise KeyRefusedError(REFUSED)
        key = _api_key(known)
        if not key.limits.allow(address):
            raise KeyRefusedError(REFUSED)
        if key.expires and key.expires <= clock.now():
            raise KeyRefusedError(EXPIRED.format(expires=key.expires[:16].replace("T", " ") + " UTC"))
        if key.used != clock.today():
            self._note_use(known)
        return str(known.data["account"]), key

    def _of_account(self, account: str, id: str) -> Record:
        [known] = self._records.get(key_record(id)) if KEY_ID.fullmatch(id) else [None]
        if known is None or known.data["account"] != account:
            raise NotFoundError("There is no such key.")
        return known

    def _note_use(self, known: Record) -> None:
        """Store the day of a key's last use: one write a day."""
        try:
            self._records.write(Put(known.key, {**known.data, "used": clock.today()}, known.version))
        except ConditionError:  # another request has stored it, or the key was revoked
            return
        except Exception:  # a full disk, for example, is no reason to refuse the request
            log.exception("the use of an API key could not be recorded")

    def closed(self, account: str) -> bool:
        """Whether an account with this id existed and was deleted."""
        return is_closed(self._records, account)

    def exists(self, account: str) -> bool:
        """Whether an account with this id exists, deleted or not."""
        return self._records.get(account_key(account))[0] is not None


def _user(issuer: str, subject: str) -> Key:
    return Key(f"user:{_sha256(f'{issuer} {subject}')}", "account")


def _listed(account: str, known: Record) -> Key:
    """The key's record in its account's list. Keys from before places were numbered are listed by creation time."""
    id = known.key.partition.removeprefix("key:")
    return Key(_keys(account), known.data.get("place") or f"{known.data['created']}:{id}")


def _keys(account: str) -> str:
    return f"keys:{account}"


def _api_key(record: Record) -> ApiKey:
    """Keys from older versions have all scopes, never expire and have no limits."""
    data = record.data
    return ApiKey(
        record.key.partition.removeprefix("key:"),
        data["name"],
        data["created"],
        tuple(scope for scope in SCOPES if scope in data.get("scopes", SCOPES)),
        data.get("expires", ""),
        data.get("used", ""),
        limits_of(record),
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
