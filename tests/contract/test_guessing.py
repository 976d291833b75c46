"""Password guessing: it is limited per address and per account, while the owner can still sign in. Both stores."""

import hashlib
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from retina.app import create_app
from retina.auth.local import attempts
from retina.auth.local.attempts import Attempts
from retina.auth.local.people import NOT_CREATED, WRONG, People
from retina.errors import SignInRefusedError
from retina.settings import Settings
from retina.storage.records import Key, Put, Records
from support.account import (
    PASSWORD,
    QuickHasher,
    enter,
    sign_in,
)

ANNA, HERS, STRANGER = "anna@example.org", "198.51.100.7", "203.0.113.9"
WAIT = "Too many wrong attempts"


class Clock:
    """The time, which passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0 - 1_795_000_000 % 3600 + 60

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("retina.auth.local.attempts.time.time", clock)
    return clock


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> QuickHasher:
    hasher = QuickHasher()
    monkeypatch.setattr("retina.auth.local.people.PasswordHasher", lambda: hasher)
    return hasher


@pytest.fixture
def people(records: Records, tmp_path: Path, hasher: QuickHasher, clock: Clock) -> People:
    people = People(records, Attempts(records, tmp_path))
    people.register(ANNA, PASSWORD, HERS)
    return people


def said(enter: Callable[..., str], *typed: str) -> str:
    """Why somebody does not get in; "" for who does."""
    try:
        enter(*typed)
    except SignInRefusedError as error:
        return str(error)
    return ""


def test_a_strangers_wrong_guesses_do_not_lock_the_owner_out(people: People) -> None:
    guesses = [said(people.sign_in, ANNA, f"wrong {n}", STRANGER) for n in range(50)]
    assert guesses[:5] == [WRONG] * 5
    assert all(WAIT in guess for guess in guesses[5:])
    assert said(people.sign_in, ANNA, PASSWORD, HERS) == ""
    assert WAIT in said(people.sign_in, ANNA, PASSWORD, STRANGER), "nor does it help the stranger"


def test_not_even_guesses_from_a_thousand_addresses_lock_the_owner_out(people: People) -> None:
    for n in range(200):
        said(people.sign_in, ANNA, f"wrong {n}", f"203.0.{n // 100}.{n % 100}")
    assert said(people.sign_in, ANNA, PASSWORD, HERS) == ""
    assert said(people.sign_in, ANNA, PASSWORD, "192.0.2.1") == "", "nor from an address of hers that is new"


def test_during_an_attack_each_new_address_has_one_guess_per_interval(people: People, clock: Clock) -> None:
    for n in range(attempts.UNDER_ATTACK):
        assert said(people.sign_in, ANNA, "wrong", f"203.0.113.{n}") == WRONG
    assert said(people.sign_in, ANNA, "wrong", "192.0.2.1") == WRONG
    assert "Wait 60 s" in said(people.sign_in, ANNA, PASSWORD, "192.0.2.1")
    clock.now += 61
    assert said(people.sign_in, ANNA, "wrong", "192.0.2.1") == WRONG
    assert "Wait 120 s" in said(people.sign_in, ANNA, "wrong", "192.0.2.1")
    assert [said(people.sign_in, ANNA, "wrong", HERS) for _ in range(5)] == [WRONG] * 5, "hers has its own five"


def test_one_address_cannot_guess_at_many_accounts(people: People, clock: Clock) -> None:
    for n in range(attempts.MOST_OF_SENDER):
        assert said(people.sign_in, f"person{n}@example.org", "wrong", STRANGER) == WRONG
    assert WAIT in said(people.sign_in, ANNA, "wrong", STRANGER)
    assert WAIT in said(people.register, "new@example.org", PASSWORD, STRANGER)
    assert said(people.sign_in, ANNA, PASSWORD, HERS) == ""
    clock.now += 3600
    assert said(people.sign_in, ANNA, "wrong", STRANGER) == WRONG


def test_an_owner_who_shares_the_attackers_address_still_signs_in(people: People) -> None:
    for n in range(attempts.MOST_OF_SENDER):
        said(people.sign_in, f"person{n}@example.org", "wrong", HERS)
    assert said(people.sign_in, ANNA, PASSWORD, HERS) == ""
    assert WAIT in said(people.sign_in, "berta@example.org", "wrong", HERS)


def test_signing_in_to_ones_own_account_resets_no_limit(people: People) -> None:
    people.register("mallory@example.org", PASSWORD, STRANGER)
    for n in range(attempts.MOST_OF_SENDER):
        said(people.sign_in, f"person{n}@example.org", "wrong", STRANGER)
        assert said(people.sign_in, "mallory@example.org", PASSWORD, STRANGER) == ""
    assert WAIT in said(people.sign_in, ANNA, "wrong", STRANGER)


def test_a_successful_sign_in_resets_the_count(people: People) -> None:
    for _ in range(3):
        assert [said(people.sign_in, ANNA, "wrong", HERS) for _ in range(4)] == [WRONG] * 4
        assert said(people.sign_in, ANNA, PASSWORD, HERS) == ""


def test_failures_expire_after_a_day_and_known_addresses_after_a_month(people: People, clock: Clock) -> None:
    for _ in range(4):
        said(people.sign_in, ANNA, "wrong", HERS)
    clock.now += attempts.FORGOTTEN_SECONDS + 1
    assert [said(people.sign_in, ANNA, "wrong", HERS) for _ in range(4)] == [WRONG] * 4
    assert people.knows(ANNA, HERS)
    assert not people.knows(ANNA, STRANGER)
    clock.now += attempts.KNOWN_SECONDS
    assert not people.knows(ANNA, HERS)


def test_one_network_of_ipv6_is_one_sender(people: People) -> None:
    guesses = [said(people.sign_in, ANNA, "wrong", f"2001:db8::{n}") for n in range(1, 7)]
    assert guesses[:5] == [WRONG] * 5
    assert WAIT in guesses[5]


def test_concurrent_guesses_are_counted_exactly(records: Records, tmp_path: Path, clock: Clock) -> None:
    """All see the same record; each counts itself before its password is looked at."""
    tried = Attempts(records, tmp_path)

    def guess(_: int) -> bool:
        try:
            tried.failed(tried.begin(ANNA, STRANGER))
        except SignInRefusedError:
            return False
        return True

    with ThreadPoolExecutor(8) as several:
        assert sum(several.map(guess, range(40))) == attempts.FREE_FAILURES


def test_waits_double_up_to_a_quarter_of_an_hour(people: People, clock: Clock) -> None:
    waits = []
    for _ in range(4):
        said(people.sign_in, ANNA, "wrong", STRANGER)
    for _ in range(13):
        said(people.sign_in, ANNA, "wrong", STRANGER)
        [seconds] = re.findall(r"Wait (\d+) s", said(people.sign_in, ANNA, "wrong", STRANGER))
        waits.append(int(seconds))
        clock.now += int(seconds)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_whether_an_address_has_an_account_is_not_revealed(people: People, hasher: QuickHasher) -> None:
    """The same sentences, after as many hashes and as many failures, whether it exists or not."""

    def tried(address: str, sender: str) -> list[Any]:
        heard: list[Any] = []
        registering = [(people.register, "short"), (people.register, "password1234")]
        for way, password in [(people.sign_in, "wrong"), *registering]:
            before = hasher.done
            heard += [said(way, address, password, sender), hasher.done - before]
        return heard

    assert tried(ANNA, "192.0.2.1") == tried("nobody@example.org", "192.0.2.2")
    before = hasher.done
    assert said(people.register, ANNA, "another secret one", "192.0.2.3") == NOT_CREATED
    assert said(people.register, "new@example.org", "another secret one", "192.0.2.3") == ""
    assert hasher.done - before == 2
    assert "exist" not in NOT_CREATED
    assert "already" not in NOT_CREATED


def test_registering_gives_no_further_guesses(people: People) -> None:
    guesses = [said(people.register, ANNA, f"{n} secret guesses", STRANGER) for n in range(6)]
    assert guesses[:5] == [NOT_CREATED] * 5
    assert WAIT in guesses[5]


def test_registering_with_the_right_password_signs_in(people: People) -> None:
    assert people.register(ANNA, PASSWORD, STRANGER) == people.sign_in(ANNA, PASSWORD, HERS)


def test_a_deleted_user_leaves_no_counts(people: People, records: Records) -> None:
    subject = people.sign_in(ANNA, PASSWORD, HERS)
    said(people.sign_in, ANNA, "wrong", STRANGER)
    people.link(ANNA)
    people.forget(subject)
    digest = hashlib.sha256(ANNA.encode()).hexdigest()
    for kind in ("person", "attempts", "failures:account"):
        assert records.query(f"{kind}:{digest}") == []
    assert not people.knows(ANNA, HERS)
    assert said(people.sign_in, ANNA, PASSWORD, HERS) == WRONG


def test_failure_counts_of_older_versions_are_tolerated(people: People, records: Records, clock: Clock) -> None:
    digest = hashlib.sha256(ANNA.encode()).hexdigest()
    records.write(Put(Key(f"attempts:{digest}", "attempts"), {"failures": 99, "until": clock.now + 900}))
    subject = people.sign_in(ANNA, PASSWORD, HERS)
    people.forget(subject)
    assert records.query(f"attempts:{digest}") == []


def test_the_form_limits_guesses_by_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real hashes, and addresses as the server sees them."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)  # the first wait is of one second
    app = create_app(Settings(data=tmp_path))
    hers, strangers = (TestClient(app, client=(address, 1)) for address in (HERS, STRANGER))
    sign_in(hers, ANNA)
    for n in range(7):
        heard = enter(strangers, ANNA, f"wrong {n}", "sign-in")
        assert heard.status_code == 403
    assert WAIT in heard.text
    assert enter(hers, ANNA, how="sign-in").status_code == 303
    assert enter(strangers, "new@example.org", how="register").status_code == 303
