"""An account's data other than photographs as CSV tables: API keys, batches, ledger and audit log.

The tables are generated line by line, since a ledger may have a million entries. They contain no secrets: only a
SHA-256 of each API key is stored, and even that is left out.
"""

from collections.abc import Iterator, Mapping

from retina.services import Services
from retina.tables import lines

PAGE = 1000
BATCHES_PAGE = 100
KEYS = ("id", "name", "created", "scopes", "expires", "used")
BATCHES = ("id", "created", "photographs", "cancelled", "done", "rejected", "failed")
LEDGER = ("time", "amount", "kind", "key_id", "what")
AUDIT = ("time", "action", "record", "caller", "address")


def account_tables(services: Services, account: str) -> Iterator[tuple[str, Iterator[str]]]:
    """File names with the lines of each file."""
    yield "keys.csv", lines(KEYS, _keys(services, account))
    yield "batches.csv", lines(BATCHES, _batches(services, account))
    yield "ledger.csv", lines(LEDGER, _ledger(services, account))
    yield "audit.csv", lines(AUDIT, _audit(services, account))


def _keys(services: Services, account: str) -> Iterator[Mapping[str, str]]:
    for key in services.accounts.keys(account):
        facts = {name: str(getattr(key, name)) for name in KEYS if name != "scopes"}
        yield facts | {"scopes": " ".join(key.scopes)}


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


def _audit(services: Services, account: str) -> Iterator[Mapping[str, str]]:
    after: str | None = None
    while True:
        entries, after = services.audit.of(account, PAGE, after)
        for entry in entries:
            yield {name: str(getattr(entry, name)) for name in AUDIT}
        if after is None:
            return
