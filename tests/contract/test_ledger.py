"""Accounts, API keys, charges and repeated requests, in SQLite and in DynamoDB."""

import hashlib
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from retina.accounts import idempotency
from retina.accounts.idempotency import Idempotency
from retina.accounts.ledger import Credits
from retina.accounts.service import Accounts
from retina.errors import (
    IdempotencyKeyReusedError,
    KeyRefusedError,
    NotFoundError,
    OutOfCreditsError,
    RequestInProgressError,
)
from retina.storage.local import LocalBlobs
from retina.storage.records import (
    NEW,
    ConditionError,
    Key,
    Put,
    Records,
)
from support.account import accounts_of

ISSUER = "https://issuer.example"
REQUEST = hashlib.sha256(b"request").hexdigest()


def assert_balanced(records: Records, account: str, credits: int) -> None:
    ledger = Credits(records).ledger(account)
    charged = sum(count for _, _, count in Credits(records).used(account))
    assert Credits(records).balance(account) == sum(entry.amount for entry in ledger) == credits
    assert charged == sum(entry.kind == "charge" for entry in ledger)


@pytest.fixture
def accounts(records: Records) -> Accounts:
    return accounts_of(records, 20)


@pytest.fixture
def account(accounts: Accounts) -> str:
    return accounts.of_user(ISSUER, "anna")


@pytest.fixture
def repeated(records: Records, tmp_path: Path) -> Idempotency:
    return Idempotency(records, LocalBlobs(tmp_path))


def test_a_user_has_one_account_whose_id_reveals_nothing(records: Records, accounts: Accounts) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: accounts.of_user(ISSUER, "anna"), range(16)))
    assert len(ids) == 1
    [account] = ids
    assert accounts.exists(account)
    assert not accounts.exists("0" * 32)
    assert_balanced(records, account, 20)
    assert accounts.of_user("https://other.example", "anna") != account
    assert hashlib.sha256(f"{ISSUER} anna".encode()).hexdigest()[:32] != account


def test_a_key_is_shown_once_and_only_its_hash_is_stored(records: Records, accounts: Accounts, account: str) -> None:
    key, text = accounts.make_key(account, "Clinic “A”")
    assert accounts.of_key(text) == (account, key)
    assert [replace(listed, used="") for listed in accounts.keys(account)] == [key]
    [stored] = records.get(Key(f"key:{key.id}", "key"))
    assert text.split("_")[2] not in str(stored)
    changed = text[:-1] + ("0" if text[-1] != "0" else "1")
    for wrong in ("", "rk__", text.upper(), text + " ", changed, f"rk_{'0' * 16}_{'0' * 64}"):
        with pytest.raises(KeyRefusedError):
            accounts.of_key(wrong)


def test_only_its_owner_revokes_a_key(accounts: Accounts, account: str) -> None:
    (first, text), (second, _) = (accounts.make_key(account, name) for name in "ab")
    stranger = accounts.of_user(ISSUER, "berta")
    for owner, key_id in ((stranger, first.id), (account, "0" * 16)):
        with pytest.raises(NotFoundError):
            accounts.revoke(owner, key_id)
    accounts.revoke(account, first.id)
    with pytest.raises(KeyRefusedError):
        accounts.of_key(text)
    assert accounts.keys(account) == [second]
    assert accounts.keys(stranger) == []


def test_a_charge_is_in_balance_ledger_and_usage(records: Records, account: str) -> None:
    books = Credits(records)
    assert books.charge(account, "k1", "prediction 1") == 19
    assert books.charge(account, "k1", "prediction 2") == 18
    assert books.grant(account, 5, "paid") == 23
    assert [(entry.amount, entry.kind, entry.what) for entry in books.ledger(account)] == [
        (20, "signup", ""),
        (-1, "charge", "prediction 1"),
        (-1, "charge", "prediction 2"),
        (5, "grant", "paid"),
    ]
    [(day, key_id, count)] = books.used(account)
    assert (key_id, count) == ("k1", 2)
    assert day == time.strftime("%Y-%m-%d", time.gmtime())
    assert_balanced(records, account, 23)


def test_nothing_is_charged_if_the_result_cannot_be_written(records: Records, account: str) -> None:
    result = Key("result", "1")
    records.write(Put(result, {}, NEW))
    with pytest.raises(ConditionError):
        Credits(records).charge(account, "k", "prediction", Put(result, {}, NEW))
    assert_balanced(records, account, 20)


def test_without_credits_there_is_no_result(records: Records, accounts: Accounts) -> None:
    poor = accounts_of(records, 1).of_user(ISSUER, "poor")
    books = Credits(records)
    books.charge(poor, "k", "prediction", Put(Key("result", "1"), {}))
    with pytest.raises(OutOfCreditsError):
        books.charge(poor, "k", "prediction", Put(Key("result", "2"), {}))
    assert [found is not None for found in records.get(Key("result", "1"), Key("result", "2"))] == [True, False]
    assert_balanced(records, poor, 0)
    with pytest.raises(NotFoundError):
        books.charge("0" * 32, "k", "prediction")
    assert_balanced(records, accounts_of(records, 0).of_user(ISSUER, "poorer"), 0)


def test_a_repeated_request_gets_the_same_response(records: Records, account: str, repeated: Idempotency) -> None:
    lease = repeated.begin(account, "a", REQUEST)
    assert isinstance(lease, idempotency.Lease)
    with pytest.raises(RequestInProgressError) as caught:
        repeated.begin(account, "a", REQUEST)
    assert 1 <= caught.value.retry_after <= 2
    Credits(records).charge(account, "k", "prediction", repeated.answered(lease, b"answer"))
    assert repeated.begin(account, "a", REQUEST) == b"answer"
    with pytest.raises(IdempotencyKeyReusedError):
        repeated.begin(account, "a", hashlib.sha256(b"another").hexdigest())
    assert isinstance(repeated.begin("1" * 32, "a", REQUEST), idempotency.Lease)
    assert_balanced(records, account, 19)


def test_a_failed_request_may_be_retried(account: str, repeated: Idempotency) -> None:
    lease = repeated.begin(account, "a", REQUEST)
    assert isinstance(lease, idempotency.Lease)
    repeated.abandon(lease)
    again = repeated.begin(account, "a", hashlib.sha256(b"another").hexdigest())
    assert isinstance(again, idempotency.Lease)
    repeated.abandon(lease)
    with pytest.raises(RequestInProgressError):
        repeated.begin(account, "a", hashlib.sha256(b"another").hexdigest())


def test_after_an_expired_lease_is_taken_over_its_first_owner_charges_nothing(
    records: Records, account: str, repeated: Idempotency, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = repeated.begin(account, "a", REQUEST)
    now = time.time()
    monkeypatch.setattr("retina.accounts.idempotency.time.time", lambda: now + 61)
    fast = repeated.begin(account, "a", REQUEST)
    assert isinstance(slow, idempotency.Lease)
    assert isinstance(fast, idempotency.Lease)
    Credits(records).charge(account, "k", "prediction", repeated.answered(fast, b"fast"))
    with pytest.raises(ConditionError):
        Credits(records).charge(account, "k", "prediction", repeated.answered(slow, b"slow"))
    assert repeated.begin(account, "a", REQUEST) == b"fast"
    assert_balanced(records, account, 19)


def test_many_concurrent_retries_are_charged_once_each(records: Records, account: str, repeated: Idempotency) -> None:
    Credits(records).grant(account, 30, "for this test")
    answers: dict[int, set[bytes]] = {n: set() for n in range(25)}
    guard = threading.Lock()

    def call(claim: int) -> None:
        n = claim % 25
        while True:
            try:
                begun = repeated.begin(account, f"call {n}", REQUEST)
            except RequestInProgressError:
                time.sleep(0.01)
                continue
            if isinstance(begun, idempotency.Lease):
                answer = b"%d %d" % (n, claim)
                Credits(records).charge(account, "k", f"call {n}", repeated.answered(begun, answer))
                begun = answer
            with guard:
                answers[n].add(begun)
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, random.Random(2).sample(range(100), 100)))
    assert [len(given) for given in answers.values()] == [1] * 25
    assert_balanced(records, account, 25)
