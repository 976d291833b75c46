"""Usage of any length: newest charges first, by page and by date, and tables that fit into a response."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accounts import fill, fill_ledger
from retina.accounts.ledger import Credits
from retina.storage.database import Database
from retina.storage.records import MOST_CHANGES, Add, Key
from support.batches import new
from support.house import (
    BATCHES,
    PREDICTIONS,
    House,
    in_aws,
    problem,
)
from support.tables import rows_of

USAGE = "/api/v1/usage"
FIRST = date(2020, 1, 1)


def charged(house: House, who: dict[str, str], days: int, keys: int) -> list[tuple[str, str]]:
    """Charges of so many days by so many keys each, in the order they are listed in: the newest day first."""
    account = house.account(who)
    places = [((FIRST + timedelta(day)).isoformat(), f"{key:016x}") for day in range(days) for key in range(keys)]
    changes = [Add(Key(f"usage:{account}", f"{day}:{key}"), {"charged": 1}, upsert=True) for day, key in places]
    for begin in range(0, len(changes), MOST_CHANGES):
        house.services.records.write(*changes[begin : begin + MOST_CHANGES])
    return places[::-1]


def charges_of(house: House, who: dict[str, str], **query: Any) -> tuple[list[tuple[str, str]], str | None]:
    answer = house.client.get(USAGE, params=query, headers=who).raise_for_status().json()
    return [(row["day"], row["key_id"]) for row in answer["charges"]], answer["next"]


def test_the_newest_charges_are_listed_however_many_there_are(tmp_path: Path) -> None:
    house = House(tmp_path)
    anna = house.person()
    places = charged(house, anna, 121, 100)
    assert len(places) > 10_000
    assert charges_of(house, anna)[0] == places[:1000]
    seen, cursor = charges_of(house, anna, limit=5000)
    while cursor:
        some, cursor = charges_of(house, anna, limit=5000, cursor=cursor)
        seen += some
    assert seen == places
    answer = house.client.get(f"{USAGE}.csv", headers=anna).raise_for_status().text
    assert [(row["day"], row["key_id"]) for row in rows_of(answer)] == places
    assert sum(count for _, _, count in Credits(house.services.records).used(house.account(anna))) == len(places)


def test_days_and_pages_limit_the_charges_listed(house: House) -> None:
    anna = house.person()
    places = charged(house, anna, 9, 3)
    span = {"from": "2020-01-03", "to": "2020-01-05"}
    right = [place for place in places if "2020-01-03" <= place[0] <= "2020-01-05"]
    assert charges_of(house, anna, **span) == (right, None)
    first, cursor = charges_of(house, anna, limit=4, **span)
    rest, end = charges_of(house, anna, limit=5, cursor=cursor, **span)
    assert (first + rest, end) == (right, None)
    table = house.client.get(f"{USAGE}.csv", params=span, headers=anna).text
    assert table.splitlines() == ["\ufeffday,key_id,credits", *(f"{day},{key},1" for day, key in right)]
    assert charges_of(house, anna, **{"from": "2021-01-01"}) == ([], None)
    for wrong in ({"from": "yesterday"}, {"limit": 0}, {"cursor": "x"}):
        assert problem(house.client.get(USAGE, params=wrong, headers=anna)) == (422, "invalid_request")


@pytest.fixture(params=["embedded", "AWS"])
def narrow(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """A service whose answers have 2 KiB at most."""
    if request.param == "embedded":
        return House(tmp_path, inline_bytes=2048)
    request.getfixturevalue("s3")
    return in_aws(tmp_path, inline_bytes=2048)


def test_a_table_too_large_for_one_response_is_refused_with_advice(narrow: House) -> None:
    anna = narrow.person()
    narrow.grant(anna, 10)
    charged(narrow, anna, 30, 4)
    refused = narrow.client.get(f"{USAGE}.csv", headers=anna)
    assert problem(refused) == (413, "response_too_large")
    assert "from" in refused.json()["detail"]
    some = narrow.client.get(f"{USAGE}.csv", params={"from": "2020-01-20"}, headers=anna).raise_for_status()
    assert len(some.content) <= 2048
    batch = new(narrow, anna, *(f"{n:02d}.jpg" for n in range(30)), size=1)
    narrow.client.post(f"{BATCHES}/{batch['id']}/cancel", headers=anna).raise_for_status()  # rows that say why are long
    path = f"{BATCHES}/{batch['id']}/results.csv"
    refused = narrow.client.get(path, headers=anna)
    assert problem(refused) == (413, "response_too_large")
    assert "first" in refused.json()["detail"]
    rows = []
    for first in range(0, 35, 5):
        part = narrow.client.get(path, params={"first": first, "limit": 5}, headers=anna).raise_for_status()
        assert len(part.content) <= 2048
        rows += rows_of(part.text)
    assert [row["number"] for row in rows] == [str(n) for n in range(30)]


def test_queries_of_a_long_ledger_and_history_are_correct(tmp_path: Path) -> None:
    """`benchmarks/accounts.py --ledger 1000000` does the same at full size."""
    house = House(tmp_path)
    anna, berta = house.person("anna"), house.person("berta")
    account, entries, records = house.account(anna), 20_000, 600
    fill_ledger(house.services, account, entries)
    fill(house.services, account, records)
    books = Credits(house.services.records)
    assert books.balance(account) == 20 + entries
    total, after = 0, None
    while some := books.ledger(account, after=after):
        total, after = total + sum(entry.amount for entry in some), some[-1].place
    assert total == books.balance(account)
    charges = sum(charge.credits for charge in books.used(account))
    assert charges == entries // 2
    days = [charge.day for charge in books.used(account)]
    assert days == sorted(days, reverse=True)
    assert charges_of(house, anna, limit=1)[0][0][0] == max(days)
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 100}
    while True:
        page = house.client.get(PREDICTIONS, params=query, headers=anna).raise_for_status().json()
        seen += [saved["id"] for saved in page["predictions"]]
        if not page["next"]:
            break
        query["cursor"] = page["next"]
    assert sorted(seen) == [f"{n:032x}" for n in range(records)]
    assert charges_of(house, berta) == ([], None)


def test_a_page_of_a_long_ledger_costs_no_more_than_one_of_a_short_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in tens of SQLite's instructions, since how long they take depends on what else the machine does."""
    house = House(tmp_path)
    short, long = house.person("anna"), house.person("berta")
    charged(house, short, 5, 40)
    charged(house, long, 120, 100)
    steps: list[None] = []
    opened = Database._connection

    def counted(self: Database) -> sqlite3.Connection:
        connection = opened(self)
        connection.set_progress_handler(lambda: steps.append(None), 10)
        return connection

    monkeypatch.setattr(Database, "_connection", counted)
    costs = []
    for who in (short, long):
        steps.clear()
        assert len(charges_of(house, who, limit=200)[0]) == 200
        costs.append(len(steps))
    assert 0 < costs[1] < 1.2 * costs[0]


def test_ten_credits_or_fewer_that_are_not_reserved_are_few(house: House) -> None:
    anna = house.person()
    assert house.client.get(USAGE, headers=anna).json()["low"] is False
    new(house, anna, *(f"{n}.jpg" for n in range(9)), size=1)
    assert house.client.get(USAGE, headers=anna).json()["low"] is False
    new(house, anna, "last.jpg", size=1)
    assert house.client.get(USAGE, headers=anna).json()["low"] is True


def test_the_headers_of_charged_answers_are_documented(narrow: House) -> None:
    paths = narrow.client.get("/api/v1/openapi.json").json()["paths"]
    for path in ("/predict", PREDICTIONS, f"{PREDICTIONS}/{{id}}/recompute"):
        headers = paths[path]["post"]["responses"]["200"]["headers"]
        assert set(headers) == {"X-Credits-Charged", "X-Credits-Left"}
        assert "10 or fewer" in headers["X-Credits-Left"]["description"]
