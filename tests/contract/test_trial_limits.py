"""An account that has paid nothing may have fewer batches and bytes than one that has, in both stores."""

from pathlib import Path
from typing import Any

import pytest

from retina.accounts.ledger import PAID, Credits
from retina.accounts.reservations import account_key
from retina.payment.settlement import Payment
from retina.prices import Pack, Prices
from retina.storage.records import NEW, Delete, Put
from support.batches import new
from support.house import BATCHES, House, in_aws, problem

MIB = 2**20
PACK = Pack(credits=100, amount=900)
LIMITS = {"trial_batches": 2, "trial_bytes": 2 * MIB, "most_batches": 4, "most_bytes": 5 * MIB, "upload_bytes": 2 * MIB}


def opened(request: pytest.FixtureRequest, folder: Path, store: str, prices: Prices | None) -> House:
    if store == "embedded":
        return House(folder, prices=prices, **LIMITS)
    request.getfixturevalue("s3")
    return in_aws(folder, prices=prices, **LIMITS)


@pytest.fixture(params=["embedded", "AWS"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return opened(request, tmp_path, request.param, Prices(currency="eur", tax="inclusive", packs=(PACK,)))


def limits(house: House, who: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = house.client.get("/api/v1/usage", headers=who).raise_for_status().json()["limits"]
    return found


def refused(house: House, who: dict[str, str], size: int) -> tuple[tuple[int, str], str]:
    answer = house.client.post(BATCHES, json={"items": [{"name": "a", "size": size}]}, headers=who)
    return problem(answer), answer.json()["detail"]


def buy(house: House, who: dict[str, str]) -> None:
    purchases = house.services.selling.purchases
    bought = purchases.begin(house.account(who), PACK, "eur")
    payment = Payment(paid=True, total=900, currency="eur", refunded=0, receipt="")
    assert purchases.settle(bought.reference, lambda: payment).change == 100


def as_before_there_were_counts(house: House, who: dict[str, str]) -> None:
    """The record of her account, as earlier versions wrote it."""
    records, key = house.services.records, account_key(house.account(who))
    [known] = records.get(key)
    assert known is not None
    records.write(Delete(key))
    records.write(Put(key, known.data, NEW, {name: count for name, count in known.counts.items() if name != PAID}))


def test_more_is_promised_only_where_paying_gives_more(tmp_path: Path) -> None:
    settings = LIMITS | {"trial_bytes": 5 * MIB, "trial_batches": 1, "signup_credits": 9}
    house = House(tmp_path, prices=Prices(currency="eur", tax="inclusive", packs=(PACK,)), **settings)
    anna = house.person()
    items = [{"name": f"{n}.jpg", "size": 2 * MIB} for n in range(3)]
    answer = house.client.post(BATCHES, json={"items": items}, headers=anna)
    assert problem(answer) == (409, "too_many_bytes")
    assert "may have more" not in answer.json()["detail"]
    new(house, anna, "a", size=MIB)
    code, detail = refused(house, anna, 0)
    assert code == (409, "too_many_batches")
    assert "has bought credits may have more" in detail


@pytest.mark.parametrize("pay", [buy, lambda house, who: house.grant(who, 100)], ids=["bought", "granted"])
def test_who_has_paid_may_have_more_batches_and_bytes(shop: House, pay: Any) -> None:
    anna = shop.person()
    assert limits(shop, anna) == {
        "batches": 0, "most_batches": 2, "bytes": 0, "most_bytes": 2 * MIB, "paid": False
    }  # fmt: skip
    new(shop, anna, "a", size=MIB)
    code, detail = refused(shop, anna, MIB + 1)
    assert code == (409, "too_many_bytes")
    assert "may total 2 MiB" in detail
    assert "has bought credits may have more" in detail
    new(shop, anna, "b", size=MIB)
    code, detail = refused(shop, anna, 0)
    assert code == (409, "too_many_batches")
    assert "has bought credits may have more" in detail
    pay(shop, anna)
    assert limits(shop, anna) == {
        "batches": 2, "most_batches": 4, "bytes": 2 * MIB, "most_bytes": 5 * MIB, "paid": True
    }  # fmt: skip
    for _ in range(2):
        new(shop, anna, "c", size=MIB)
    code, detail = refused(shop, anna, 0)
    assert code == (409, "too_many_batches")
    assert "has bought credits" not in detail


def test_where_credits_have_no_price_all_accounts_may_have_as_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody looks through a ledger for it, which may be long."""
    house = House(tmp_path, **LIMITS)
    monkeypatch.setattr(Credits, "ledger", None)
    assert limits(house, house.person()) == {
        "batches": 0, "most_batches": 4, "bytes": 0, "most_bytes": 5 * MIB, "paid": False
    }  # fmt: skip


def test_who_has_paid_nothing_may_not_have_more_than_who_has(tmp_path: Path) -> None:
    house = House(tmp_path, prices=Prices(currency="eur", packs=(PACK,)), most_batches=1, most_bytes=MIB)
    anna = house.person()
    assert (limits(house, anna)["most_batches"], limits(house, anna)["most_bytes"]) == (1, MIB)
    new(house, anna, "a", size=1)
    code, detail = refused(house, anna, 0)
    assert code == (409, "too_many_batches")
    assert "has bought credits" not in detail, "that would not give more"


@pytest.mark.parametrize("pay", [buy, lambda house, who: house.grant(who, 100)], ids=["bought", "granted"])
def test_whether_somebody_has_paid_is_known_without_a_search(
    shop: House, pay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, credits = shop.person(), shop.services.credits
    account = shop.account(anna)
    monkeypatch.setattr(Credits, "ledger", None)
    assert not credits.paid(account)
    pay(shop, anna)
    assert credits.paid(account)


@pytest.mark.parametrize("pay", [buy, lambda house, who: house.grant(who, 100)], ids=["bought", "granted"])
def test_of_accounts_of_earlier_versions_the_ledger_is_searched_once(
    shop: House, pay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retina.accounts.ledger.PAGE", 5)
    credits = shop.services.credits
    free, before, after = people = [shop.person(name) for name in ("free", "before", "after")]
    for _ in range(12):
        credits.charge(shop.account(before), "", "prediction")
    pay(shop, before)
    for who in people:
        as_before_there_were_counts(shop, who)
    pay(shop, after)
    for _ in range(2):
        assert [credits.paid(shop.account(who)) for who in people] == [False, True, True]
        monkeypatch.setattr(Credits, "ledger", None)
    monkeypatch.undo()
    pay(shop, free)
    assert credits.paid(shop.account(free)), "although it was counted before"
