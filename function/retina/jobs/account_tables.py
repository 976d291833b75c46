"""An account's data other than photographs as CSV tables: API keys, batches, ledger, purchases and audit log.

The tables are generated line by line, since a ledger may have a million entries. They contain no secrets: only a
SHA-256 of each API key is stored, and even that is left out.
"""

from collections.abc import Iterator, Mapping

from retina.services import Services
from retina.tables import lines

PAGE = 1000
BATCHES_PAGE = 100
KEYS = {
    "id": "the part of the key between rk_ and its secret",
    "name": "the name given when it was created",
    "created": "when it was created, in UTC",
    "scopes": "what it may be used for: predict, read, delete; separated by spaces",
    "expires": "when it expires, in UTC; empty: never",
    "used": "the day of its last use, in UTC; empty: never used",
    "credits_per_day": "the most that it may spend on a day, in UTC; empty: no limit",
    "credits_per_month": "the most that it may spend in a month, in UTC; empty: no limit",
    "addresses": "the network addresses that it may be used from, separated by spaces; empty: all",
}
BATCHES = {
    "id": "of the batch",
    "created": "when it was created, in UTC",
    "photographs": "how many it has",
    "cancelled": "yes if it was cancelled",
    "done": "photographs with a result",
    "rejected": "photographs that cannot be segmented",
    "failed": "photographs that failed, and can be retried",
}
LEDGER = {
    "time": "of the entry, in UTC",
    "amount": "credits; negative for a charge",
    "kind": "signup, grant, charge, purchase or refund",
    "key_id": "the API key that was charged; empty for a person",
    "what": "what was charged, bought or refunded, by its id, or why credits were granted",
}
PURCHASES = {
    "id": "of the purchase",
    "created": "when it was begun, in UTC",
    "credits": "how many were bought",
    "amount": "the price without added taxes, in the smallest unit of the currency: 900 is 9.00 EUR, and 900 JPY",
    "currency": "three letters, such as eur",
    "total": "paid in all, with taxes; 0: not paid",
    "state": "created, not_paid, credited, refunded or disputed",
    "refunded": "money that was paid back",
    "taken": "credits taken back for what was refunded or disputed",
    "missing": "credits that ought to have been taken back and were spent",
    "receipt": "the address of Stripe's receipt or invoice; empty: none",
}
AUDIT = {
    "time": "of the action, in UTC",
    "action": "the kind of record, and what was done with it",
    "record": "the id of the record; empty for a list",
    "caller": "the id of the API key; empty for a person; operator for the operator of the service",
    "address": "where it came from: a keyed hash, the address itself, or nothing, depending on the service",
}
"""The columns of each table, in order, each with its meaning."""


def account_tables(services: Services, account: str) -> Iterator[tuple[str, Iterator[str]]]:
    """File names with the lines of each file."""
    yield "keys.csv", lines(KEYS, _keys(services, account))
    yield "batches.csv", lines(BATCHES, _batches(services, account))
    yield "ledger.csv", lines(LEDGER, _ledger(services, account))
    yield "purchases.csv", lines(PURCHASES, _purchases(services, account))
    yield "audit.csv", lines(AUDIT, _audit(services, account))


def _keys(services: Services, account: str) -> Iterator[Mapping[str, str]]:
    for key in services.accounts.keys(account):
        facts = {name: getattr(key, name) for name in ("id", "name", "created", "expires", "used")}
        most = {"credits_per_day": key.limits.day, "credits_per_month": key.limits.month}
        limits = {name: "" if limit is None else str(limit) for name, limit in most.items()}
        yield facts | limits | {"scopes": " ".join(key.scopes), "addresses": " ".join(key.limits.addresses)}


def _batches(services: Services, account: str) -> Iterator[Mapping[str, str]]:
    after: str | None = None
    while True:
        page, after = services.batches.of(account, BATCHES_PAGE, after)
        for batch in page:
            ended = {name: str(batch.finished.get(name, 0)) for name in ("done", "rejected", "failed")}
            row = {"id": batch.id, "created": batch.created, "photographs": str(batch.total)}
            yield row | {"cancelled": "yes" if batch.cancelled else "no"} | ended
        if after is None:
            return


def _ledger(services: Services, account: str) -> Iterator[Mapping[str, str]]:
    after: str | None = None
    while entries := services.credits.ledger(account, PAGE, after):
        for entry in entries:
            yield {name: str(getattr(entry, name)) for name in LEDGER}
        after = entries[-1].place


def _purchases(services: Services, account: str) -> Iterator[Mapping[str, str]]:
    after: str | None = None
    while True:
        page, after = services.selling.purchases.of(account, PAGE, after)
        for purchase in page:
            yield {name: str(getattr(purchase, name)) for name in PURCHASES}
        if after is None:
            return


def _audit(services: Services, account: str) -> Iterator[Mapping[str, str]]:
    after: str | None = None
    while True:
        entries, after = services.audit.of(account, PAGE, after)
        for entry in entries:
            yield {name: str(getattr(entry, name)) for name in AUDIT}
        if after is None:
            return
