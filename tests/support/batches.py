"""Batches created and filled through the API, and their state."""

from typing import Any

from retina.accounts.ledger import Credits
from support.house import BATCHES, House
from support.tables import rows_of

TEXT = b"no photograph"


def new(house: House, who: dict[str, str], *names: str, size: int = 100_000, **options: Any) -> dict[str, Any]:
    items = [{"name": name, "size": size} for name in names]
    made = house.client.post(BATCHES, json={"items": items} | options, headers=who)
    assert made.status_code == 201, made.text
    batch: dict[str, Any] = made.json()
    return batch


def come(house: House, batch: dict[str, Any], *photos: bytes) -> None:
    for number, photo in enumerate(photos):
        assert house.send(batch["upload"], str(number), photo).status_code == 204


def counts(house: House, who: dict[str, str], batch: dict[str, Any]) -> dict[str, int]:
    batch_now = house.client.get(f"{BATCHES}/{batch['id']}", headers=who).raise_for_status().json()
    assert sum(batch_now["counts"].values()) == 2 * batch_now["counts"]["total"]
    return {state: count for state, count in batch_now["counts"].items() if count and state != "total"}


def items(house: House, who: dict[str, str], batch: dict[str, Any], **page: Any) -> list[dict[str, Any]]:
    answer = house.client.get(f"{BATCHES}/{batch['id']}/items", params=page, headers=who).raise_for_status()
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def table(house: House, who: dict[str, str], batch: dict[str, Any]) -> list[dict[str, str]]:
    answer = house.client.get(f"{BATCHES}/{batch['id']}/results.csv", headers=who).raise_for_status()
    return rows_of(answer.text)


def assert_balanced(house: House, who: dict[str, str], credits: int) -> None:
    books, account = Credits(house.services.records), house.account(who)
    assert books.balance(account) == sum(entry.amount for entry in books.ledger(account)) == credits
