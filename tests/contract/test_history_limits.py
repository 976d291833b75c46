"""How many bytes an account may have in its history, less if it has paid nothing; counted exactly, in both stores."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retina.accounts.ledger import Credits
from retina.errors import HistoryFullError
from retina.history.records import Sizes, saved_key, saved_of
from retina.history.stored_bytes import StoredBytes
from retina.prices import Pack, Prices
from retina.storage.records import ConditionError, Put, Records
from support.account import accounts_of
from support.history import listed, save
from support.house import ACCOUNT, PREDICTIONS, House, in_aws, problem

MIB = 2**20
PRICES = Prices(currency="eur", packs=(Pack(credits=100, amount=900),))
LIMITS: dict[str, Any] = {"history_bytes": 5 * MIB, "trial_history_bytes": MIB}


@pytest.fixture(params=["embedded", "AWS"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    if request.param == "embedded":
        return House(tmp_path, prices=PRICES, **LIMITS)
    request.getfixturevalue("s3")
    return in_aws(tmp_path, prices=PRICES, **LIMITS)


def limits(house: House, who: dict[str, str]) -> dict[str, int]:
    found: dict[str, int] = house.client.get("/api/v1/usage", headers=who).raise_for_status().json()["history"]
    return found


def used(house: House, who: dict[str, str]) -> int:
    return limits(house, who)["bytes"]


def stored(house: House, who: dict[str, str], id: str) -> int:
    """The bytes of all images of a saved prediction, as they are downloaded."""
    urls = house.client.get(f"{PREDICTIONS}/{id}", headers=who).raise_for_status().json()["image_urls"]
    return sum(len(house.follow(url, who).content) for url in urls.values())


def fill(house: House, who: dict[str, str], up_to: int) -> None:
    """As if other photographs took up so much."""
    account, records = house.account(who), house.services.records
    records.write(*house.services.history.stored.changed(account, up_to - used(house, who)))


def test_what_is_saved_corrected_recomputed_and_deleted_is_counted(shop: House, tiny: bytes) -> None:
    anna = shop.person()
    assert limits(shop, anna) == {"bytes": 0, "most_bytes": MIB}
    first = save(shop, anna, tiny)
    other = save(shop, anna, tiny, eye="left")["id"]
    id, mask = first["id"], base64.b64decode(first["images"]["mask"])
    both = stored(shop, anna, id) + stored(shop, anna, other)
    assert used(shop, anna) == both > 0
    where = f"{PREDICTIONS}/{id}"
    for _ in range(2):
        files = {"corrected_mask": ("mask.png", mask)}
        shop.client.put(f"{where}/correction", files=files, headers=anna).raise_for_status()
        assert used(shop, anna) == stored(shop, anna, id) + stored(shop, anna, other) > both
    shop.client.post(f"{where}/recompute?structures=true", headers=anna).raise_for_status()
    assert used(shop, anna) == stored(shop, anna, id) + stored(shop, anna, other)
    shop.client.delete(f"{where}/correction", headers=anna).raise_for_status()
    assert used(shop, anna) == stored(shop, anna, id) + stored(shop, anna, other)
    shop.client.patch(where, json={"subject": "A"}, headers=anna).raise_for_status()
    shop.client.delete(where, headers=anna).raise_for_status()
    assert used(shop, anna) == stored(shop, anna, other)
    account = shop.account(anna)
    shop.client.delete(ACCOUNT, headers=anna).raise_for_status()
    assert shop.services.history.stored.limits(account).bytes == 0


def test_who_has_paid_may_store_more(shop: House, tiny: bytes) -> None:
    anna = shop.person()
    key = shop.key(anna)
    before = shop.credits(anna)
    fill(shop, anna, MIB - 10)
    for who in (anna, key):
        answer = shop.client.post(PREDICTIONS, files={"file": tiny}, data={"save": "true"}, headers=who)
        assert problem(answer) == (409, "history_full")
        detail = answer.json()["detail"]
        assert "may total 1 MiB; 0.0 MiB are free, and 0." in detail
        assert "An account that has bought credits may have more. Nothing was saved or charged." in detail
    assert (listed(shop, anna), shop.credits(anna), used(shop, anna)) == ([], before, MIB - 10), "nothing is charged"
    shop.client.post(PREDICTIONS, files={"file": tiny}, headers=key).raise_for_status()
    shop.grant(anna, 100)
    assert limits(shop, anna)["most_bytes"] == 5 * MIB
    id = save(shop, anna, tiny)["id"]
    fill(shop, anna, 5 * MIB)
    answer = shop.client.post(PREDICTIONS, files={"file": tiny}, data={"save": "true"}, headers=anna)
    assert problem(answer) == (409, "history_full")
    assert "has bought credits" not in answer.json()["detail"]
    shop.client.post(f"{PREDICTIONS}/{id}/recompute", headers=anna).raise_for_status()
    shop.client.delete(f"{PREDICTIONS}/{id}", headers=anna).raise_for_status()
    save(shop, anna, tiny)


def test_a_full_history_is_found_before_the_photograph_is_looked_at(
    shop: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = shop.person()
    id = save(shop, anna, tiny)["id"]
    fill(shop, anna, MIB)
    monkeypatch.setattr("retina.api.predictor.Predictor.predict", None)
    answer = shop.client.post(PREDICTIONS, files={"file": tiny}, data={"save": "true"}, headers=anna)
    assert problem(answer) == (409, "history_full")
    assert answer.json()["detail"] == (
        "The history is full: its photographs and images may total 1 MiB. Delete saved photographs that you do not "
        "need. An account that has bought credits may have more. Nothing was saved or charged."
    )
    files = {"corrected_mask": ("mask.png", shop.follow(f"{PREDICTIONS}/{id}/mask.png", anna).content)}
    answer = shop.client.put(f"{PREDICTIONS}/{id}/correction", files=files, headers=anna)
    assert problem(answer) == (409, "history_full")


def test_nothing_is_counted_for_a_deleted_account(records: Records) -> None:
    """Whoever still deletes something of it succeeds, though the count is gone."""
    accounts = accounts_of(records, 0)
    account = accounts.of_user("https://issuer.example", "anna")
    counted = StoredBytes(records, Credits(records), 10)
    records.write(*counted.changed(account, 3))
    assert counted.changed(account, -3)
    accounts.close(account, "https://issuer.example", "anna")
    counted.forget(account)
    assert counted.changed(account, -3) == []


def test_what_earlier_versions_saved_is_not_counted_and_can_be_deleted(shop: House, tiny: bytes) -> None:
    anna = shop.person()
    id = save(shop, anna, tiny)["id"]
    account, records = shop.account(anna), shop.services.records
    [known] = records.get(saved_key(account, id))
    assert known is not None
    assert saved_of(known).sizes.total == used(shop, anna)
    records.write(Put(known.key, {name: value for name, value in known.data.items() if name != "sizes"}))
    records.write(*shop.services.history.stored.changed(account, -used(shop, anna)))
    assert shop.services.history.get(account, id).sizes == Sizes()
    shop.client.post(f"{PREDICTIONS}/{id}/recompute", headers=anna).raise_for_status()
    assert used(shop, anna) == shop.services.history.get(account, id).sizes.images
    shop.client.delete(f"{PREDICTIONS}/{id}", headers=anna).raise_for_status()
    assert used(shop, anna) == 0


def test_where_credits_have_no_price_all_may_store_as_much(tmp_path: Path) -> None:
    house = House(tmp_path, **LIMITS)
    anna = house.person()
    assert limits(house, anna) == {"bytes": 0, "most_bytes": 5 * MIB}
    fill(house, anna, 5 * MIB)
    with pytest.raises(HistoryFullError) as refused:
        house.services.history.stored.demand_room(house.account(anna))
    assert "bought" not in str(refused.value)


def test_who_has_paid_nothing_may_not_have_more_than_who_has(tmp_path: Path) -> None:
    house = House(tmp_path, prices=PRICES, history_bytes=MIB, trial_history_bytes=2 * MIB)
    anna = house.person()
    assert limits(house, anna)["most_bytes"] == MIB
    fill(house, anna, MIB)
    with pytest.raises(HistoryFullError) as refused:
        house.services.history.stored.demand_room(house.account(anna))
    assert "bought" not in str(refused.value), "that would not give more"


@pytest.mark.parametrize(
    ("free", "needed", "sentence"),
    [
        (MIB // 100, MIB // 50, "may total 5 MiB; 0.0 MiB are free, and 0.1 MiB are needed."),
        (MIB - 1, MIB, "may total 5 MiB; 0.9 MiB are free, and 1.0 MiB are needed."),
        (0, 1, "The history is full: its photographs and images may total 5 MiB."),
    ],
)
def test_what_is_needed_reads_as_more_than_what_is_free(
    records: Records, free: int, needed: int, sentence: str
) -> None:
    account = accounts_of(records, 0).of_user("https://issuer.example", "anna")
    counted = StoredBytes(records, Credits(records), 5 * MIB)
    records.write(*counted.changed(account, 5 * MIB - free))
    with pytest.raises(HistoryFullError) as refused:
        counted.changed(account, needed)
    assert sentence in str(refused.value)


def test_whoever_saves_at_the_same_time_does_not_exceed_the_limit(records: Records) -> None:
    account = accounts_of(records, 0).of_user("https://issuer.example", "anna")
    counted = StoredBytes(records, Credits(records), 10)

    def add(_: int) -> bool:
        try:
            records.write(*counted.changed(account, 3))
        except (ConditionError, HistoryFullError):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(20))) == 3
    assert counted.limits(account) == (9, 10)


def test_sizes_are_replaced_by_kind(shop: House, tiny: bytes) -> None:
    anna = shop.person()
    saved = shop.services.history.get(shop.account(anna), save(shop, anna, tiny)["id"])
    sizes = Sizes(photograph=1, images=2, correction=4)
    assert replace(saved, sizes=sizes).sizes_of({"mask": b"123", "probability": b"1"}) == replace(sizes, images=4)
