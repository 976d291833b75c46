"""Purchases: each payment is credited exactly once, and refunds take back what is left, in both stores."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from retina import clock
from retina.accounts.ledger import Credits
from retina.accounts.reservations import released, reservation_key, reserved
from retina.errors import OutOfCreditsError, TokenRefusedError, TooManyPurchasesError
from retina.payment.purchases import MOST_UNPAID, UNPAID_DAYS, Purchases
from retina.payment.settlement import ACCOUNT_DELETED, NO_RECORD, Payment, Purchase, Settlement
from retina.prices import Pack
from retina.storage.port import DAY
from retina.storage.records import ConditionError, Records
from support.account import accounts_of

PACK = Pack(credits=100, amount=900)
PAID = Payment(paid=True, total=900, currency="eur", receipt="https://pay.example/receipts/1")
REFUNDED = replace(PAID, refunded=900)


@pytest.fixture
def account(records: Records) -> str:
    return accounts_of(records, 20).of_user("https://issuer.example", "anna")


@pytest.fixture
def bought(records: Records, account: str) -> Purchase:
    return Purchases(records).begin(account, PACK, "eur")


def settle(records: Records, purchase: Purchase, payment: Payment) -> int:
    return Purchases(records).settle(purchase.reference, lambda: payment).change


def books(records: Records, account: str) -> tuple[int, list[tuple[str, int]]]:
    """The balance, and the entries of purchases; the balance is the sum of all entries."""
    credits = Credits(records)
    ledger = credits.ledger(account)
    assert credits.balance(account) == sum(entry.amount for entry in ledger)
    return credits.balance(account), [(e.kind, e.amount) for e in ledger if e.kind in ("purchase", "refund")]


def test_a_payment_is_credited_once_however_often_it_is_reported(records: Records, bought: Purchase) -> None:
    assert books(records, bought.account) == (20, [])
    assert settle(records, bought, Payment()) == 0
    assert [settle(records, bought, PAID) for _ in range(3)] == [100, 0, 0]
    assert books(records, bought.account) == (120, [("purchase", 100)])
    [entry] = [each for each in Credits(records).ledger(bought.account) if each.kind == "purchase"]
    assert entry.what == bought.id


def test_reports_at_the_same_time_credit_once(records: Records, account: str) -> None:
    sold = [Purchases(records).begin(account, PACK, "eur") for _ in range(6)]
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda each: settle(records, each, PAID), sold * 4))
    assert sum(added) == 600
    assert books(records, account) == (620, [("purchase", 100)] * 6)


def test_a_lost_reply_credits_once(records: Records, bought: Purchase, monkeypatch: pytest.MonkeyPatch) -> None:
    write = records.write

    def twice(*changes: Any) -> None:
        write(*changes)
        write(*changes)

    monkeypatch.setattr(records, "write", twice)
    settle(records, bought, PAID)
    settle(records, bought, REFUNDED)
    assert books(records, bought.account) == (20, [("purchase", 100), ("refund", -100)])


def test_an_old_report_never_overwrites_a_newer_one(
    records: Records, bought: Purchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody asks, is told of the payment, and writes only after somebody else was told of the refund."""
    write, answers = records.write, [PAID, REFUNDED]

    def late(*changes: Any) -> None:
        monkeypatch.setattr(records, "write", write)
        settle(records, bought, REFUNDED)
        write(*changes)

    monkeypatch.setattr(records, "write", late)
    purchase = Purchases(records).settle(bought.reference, lambda: answers.pop(0)).purchase
    assert answers == [], "asked again"
    assert purchase is not None
    assert (purchase.state, purchase.taken) == ("refunded", 100)
    assert books(records, bought.account)[0] == 20


def test_a_refund_takes_back_what_is_left_and_notes_the_rest(records: Records, bought: Purchase) -> None:
    settle(records, bought, PAID)
    for n in range(90):
        Credits(records).charge(bought.account, "k", f"prediction {n}")
    Credits(records).charge(bought.account, "k", "prediction 91")
    assert settle(records, bought, REFUNDED) == -29
    [purchase], _ = Purchases(records).of(bought.account, 10)
    assert (purchase.state, purchase.taken, purchase.missing) == ("refunded", 29, 71)
    assert books(records, bought.account) == (0, [("purchase", 100), ("refund", -29)])
    with pytest.raises(OutOfCreditsError):
        Credits(records).charge(bought.account, "k", "one more")
    Credits(records).grant(bought.account, 5, "a present")
    assert settle(records, bought, REFUNDED) == -5, "what becomes available later is owed, too"
    assert books(records, bought.account)[0] == 0


def test_reserved_credits_are_left_to_their_photographs(records: Records, bought: Purchase) -> None:
    settle(records, bought, PAID)
    records.write(*reserved(bought.account, "b", 110, 0, 2**40, {}, clock.today(), ""))
    assert settle(records, bought, REFUNDED) == -10
    assert Credits(records).left(bought.account) == (110, 110)
    [reservation] = records.get(reservation_key(bought.account, "b"))
    assert reservation is not None
    records.write(*released(reservation, 110))
    assert settle(records, bought, REFUNDED) == -90
    assert Credits(records).left(bought.account) == (20, 0)


def test_calls_and_refunds_at_the_same_time_never_go_below_zero(records: Records, account: str) -> None:
    sold = [Purchases(records).begin(account, Pack(credits=10, amount=900), "eur") for _ in range(4)]
    for each in sold:
        settle(records, each, PAID)
    charged, guard = [0], threading.Lock()

    def call(n: int) -> None:
        try:
            Credits(records).charge(account, "k", f"prediction {n}")
        except (OutOfCreditsError, ConditionError):
            return
        with guard:
            charged[0] += 1

    with ThreadPoolExecutor(8) as pool:
        calls = pool.map(call, range(40))
        refunds = pool.map(lambda each: settle(records, each, REFUNDED), sold)
        assert len([*calls, *refunds]) == 44
    purchases, _ = Purchases(records).of(account, 10)
    taken, missing = sum(each.taken for each in purchases), sum(each.missing for each in purchases)
    assert taken + missing == 40
    assert books(records, account)[0] == 20 + 40 - charged[0] - taken >= 0


def test_a_lost_dispute_keeps_them_and_a_won_one_gives_them_back(records: Records, bought: Purchase) -> None:
    settle(records, bought, PAID)
    held = replace(PAID, disputed=900)
    assert settle(records, bought, held) == -100
    assert Purchases(records).of(bought.account, 1)[0][0].state == "disputed"
    assert settle(records, bought, PAID) == 100
    assert books(records, bought.account) == (120, [("purchase", 100), ("refund", -100), ("purchase", 100)])


@pytest.mark.parametrize(
    "reference", ["", "x", "0" * 32, f"{'0' * 32}:", f"{'0' * 32}:nothing", "../..:a", "account:account"]
)
def test_what_was_not_bought_here_changes_nothing(records: Records, reference: str) -> None:
    """Nor is it asked about: an empty place, for one, is no key that DynamoDB accepts."""
    assert Purchases(records).settle(reference, list[Payment]([]).pop) == Settlement()


def test_a_payment_without_a_record_is_reported_until_it_is_refunded(records: Records, bought: Purchase) -> None:
    """The record has expired, or the store was restored from a backup."""
    Purchases(records).withdraw(bought)
    for payment, problem in ((Payment(), ""), (PAID, NO_RECORD), (replace(PAID, refunded=899), NO_RECORD)):
        assert Purchases(records).settle(bought.reference, [payment].pop) == (None, 0, problem)
    assert Purchases(records).settle(bought.reference, lambda: REFUNDED) == Settlement()
    assert books(records, bought.account) == (20, [])


def test_a_payment_after_the_account_was_deleted_credits_nothing_and_is_reported(
    records: Records, bought: Purchase
) -> None:
    earlier = Purchases(records).begin(bought.account, PACK, "eur")
    settle(records, earlier, PAID)
    accounts_of(records, 20).close(bought.account, "https://issuer.example", "anna")
    assert Purchases(records).settle(bought.reference, lambda: PAID) == (bought, 0, ACCOUNT_DELETED)
    assert Purchases(records).forget(bought.account)
    [(left, _)] = [Purchases(records).of(bought.account, 10)]
    assert [(each.id, each.total, each.receipt) for each in left] == [(earlier.id, 900, "")]
    assert Purchases(records).settle(bought.reference, lambda: PAID) == (None, 0, ACCOUNT_DELETED)
    assert settle(records, earlier, REFUNDED) == -100, "the books stay right"
    assert Purchases(records).of(bought.account, 10)[0][0].receipt == "", "and lead to nobody"
    with pytest.raises(TokenRefusedError):
        Purchases(records).begin(bought.account, PACK, "eur")
    assert len(Purchases(records).of(bought.account, 10)[0]) == 1


def test_a_settlement_during_the_deletion_leaves_no_receipt(
    records: Records, bought: Purchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = records.write

    def late(*changes: Any) -> None:
        monkeypatch.setattr(records, "write", write)
        accounts_of(records, 20).close(bought.account, "https://issuer.example", "anna")
        write(*changes)

    monkeypatch.setattr(records, "write", late)
    assert settle(records, bought, PAID) == 100
    assert [each.receipt for each in Purchases(records).of(bought.account, 10)[0]] == [""]


def test_what_is_settled_while_it_is_forgotten_is_forgotten_too(
    records: Records, bought: Purchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = records.write

    def late(*changes: Any) -> None:
        monkeypatch.setattr(records, "write", write)
        settle(records, bought, PAID)
        write(*changes)

    monkeypatch.setattr(records, "write", late)
    assert Purchases(records).forget(bought.account)
    assert [(each.given, each.receipt) for each in Purchases(records).of(bought.account, 10)[0]] == [(100, "")]


@pytest.mark.parametrize("wrong", [{"currency": "jpy"}, {"total": 899}, {"total": 0}, {"currency": ""}])
def test_less_than_the_price_or_another_currency_credits_nothing(
    records: Records, bought: Purchase, wrong: dict[str, Any]
) -> None:
    purchase, change, problem = Purchases(records).settle(bought.reference, lambda: replace(PAID, **wrong))
    assert (purchase, change) == (bought, 0)
    assert "instead of 900 eur: nothing was credited" in problem
    assert books(records, bought.account) == (20, [])
    assert settle(records, bought, replace(PAID, total=1080)) == 100, "with taxes"


def test_purchases_are_listed_newest_first(records: Records, account: str) -> None:
    sold = [Purchases(records).begin(account, PACK, "eur") for _ in range(3)]
    page, after = Purchases(records).of(account, 2)
    rest, end = Purchases(records).of(account, 2, after)
    assert [*page, *rest] == sold[::-1]
    assert end is None


def test_purchases_that_nobody_pays_are_limited_and_expire(
    records: Records, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold = [Purchases(records).begin(account, PACK, "eur") for _ in range(MOST_UNPAID)]
    with pytest.raises(TooManyPurchasesError, match=r"Try again tomorrow\.$"):
        Purchases(records).begin(account, PACK, "eur")
    settle(records, sold[0], PAID)
    Purchases(records).begin(account, PACK, "eur")
    later = time.time() + (UNPAID_DAYS + 1) * DAY
    for store in ("sqlite", "dynamodb"):
        monkeypatch.setattr(f"retina.storage.{store}.time.time", lambda: later)
    kept, _ = Purchases(records).of(account, 100)
    assert [each.id for each in kept] == [sold[0].id], "what was paid is kept"
