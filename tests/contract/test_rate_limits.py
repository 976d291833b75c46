"""The rate limit on predictions free of charge, per address and for all callers, in SQLite and in DynamoDB."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from retina.accounts.rate_limits import RateLimits
from retina.errors import RateLimitError
from retina.storage.database import Database
from retina.storage.records import Records

pytestmark = pytest.mark.usefixtures("within_an_hour")

VIEWER = "203.0.113.7"


def test_each_address_has_its_own_limit(records: Records) -> None:
    limits = RateLimits(records, 3, 100)
    for _ in range(3):
        limits.count("predictions", VIEWER)
    for _ in range(2):
        with pytest.raises(RateLimitError) as caught:
            limits.count("predictions", VIEWER)
        assert 0 < caught.value.retry_after <= 3600
    limits.count("predictions", "203.0.113.8")


def test_a_single_address_cannot_use_up_the_global_limit(records: Records) -> None:
    limits = RateLimits(records, 2, 4)
    for _ in range(5):
        try:
            limits.count("predictions", VIEWER)
        except RateLimitError:
            continue
    for address in ("203.0.113.8", "203.0.113.9"):
        limits.count("predictions", address)
    with pytest.raises(RateLimitError):
        limits.count("predictions", "203.0.113.10")


def test_without_a_limit_nobody_is_limited(records: Records) -> None:
    limits = RateLimits(records, 0, 0)
    for _ in range(5):
        limits.count("predictions", VIEWER)


def test_each_hour_counts_afresh_and_each_day_has_another_salt(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = RateLimits(records, 1, 100)
    limits.count("predictions", VIEWER)
    today = limits._hashed(VIEWER)
    assert RateLimits(records, 1, 100)._hashed(VIEWER) == today, "whichever process asks"
    now = time.time()
    monkeypatch.setattr("retina.accounts.rate_limits.time.time", lambda: now + 3600)
    limits.count("predictions", VIEWER)
    monkeypatch.setattr("retina.accounts.rate_limits.clock.today", lambda: "2099-01-01")
    assert limits._hashed(VIEWER) != today


def test_an_ipv6_network_is_one_viewer(records: Records) -> None:
    limits = RateLimits(records, 1, 100)
    limits.count("predictions", "2001:db8:1:2::1")
    with pytest.raises(RateLimitError):
        limits.count("predictions", "2001:db8:1:2:ffff::7")
    limits.count("predictions", "2001:db8:1:3::1")


def test_an_ipv6_site_has_a_few_shares_and_mapped_ipv4_addresses_are_recognised(records: Records) -> None:
    limits = RateLimits(records, 1, 100)
    for n in range(4):
        limits.count("predictions", f"2001:db8:1:{n}::1")
    with pytest.raises(RateLimitError):
        limits.count("predictions", "2001:db8:1:ffff::1")
    limits.count("predictions", "2001:db8:2::1")
    limits.count("predictions", VIEWER)
    with pytest.raises(RateLimitError):
        limits.count("predictions", f"::ffff:{VIEWER}")


def test_limits_are_exact_under_concurrency(records: Records) -> None:
    limits = RateLimits(records, 9, 15)

    def ask(claim: int) -> str:
        address = ("203.0.113.1", "203.0.113.2", "203.0.113.3")[claim % 3]
        try:
            limits.count("predictions", address)
        except RateLimitError:
            return ""
        return address

    with ThreadPoolExecutor(8) as pool:
        given = Counter(pool.map(ask, range(60)))
    assert sum(count for address, count in given.items() if address) <= 15
    assert max(count for address, count in given.items() if address) <= 9
    one = RateLimits(records, 7, 0)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: _counted(one, "uploads", VIEWER), range(30))) == 7


def _counted(limits: RateLimits, what: str, address: str, account: str = "") -> bool:
    try:
        limits.count(what, address, account)
    except RateLimitError:
        return False
    return True


def test_a_few_addresses_do_not_use_up_everybodys_share(records: Records) -> None:
    limits = RateLimits(records, 20, 100)  # five addresses could use all of it, as 25 could by default
    for n in range(5):
        while _counted(limits, "predictions", f"203.0.113.{n}"):
            pass
    assert _counted(limits, "predictions", "198.51.100.1"), "somebody new"
    assert not _counted(limits, "predictions", "203.0.113.1"), "who has had enough"
    for n in range(40):
        while _counted(limits, "predictions", f"192.0.2.{n}"):
            pass
    assert not _counted(limits, "predictions", "198.51.100.2")
    assert _counted(limits, "predictions", "198.51.100.2", "a" * 32), "who has signed in has a share beside all that"


def test_signed_in_users_have_shares_of_their_own_and_so_has_their_network(records: Records) -> None:
    limits = RateLimits(records, 2, 100)
    for account in ("a" * 32, "b" * 32):
        assert [_counted(limits, "predictions", VIEWER, account) for _ in range(3)] == [True, True, False]
    assert [_counted(limits, "predictions", VIEWER) for _ in range(3)] == [True, True, False]
    made = [_counted(limits, "predictions", VIEWER, f"{n:032x}") for n in range(20)]
    assert sum(made) == 2 * 5 - 4, "more accounts at one address do not make more shares than five"


def test_each_kind_of_caller_is_told_what_else_it_can_do(records: Records) -> None:
    limits = RateLimits(records, 1, 100)
    count: dict[str, Callable[[], None]] = {
        "sign in": lambda: limits.count("predictions", VIEWER),
        "API key": lambda: limits.count("predictions", VIEWER, "a" * 32),
        "add credits": lambda: limits.count_paying("predictions", "b" * 32, 1),
    }
    for advice, once in count.items():
        once()
        with pytest.raises(RateLimitError) as caught:
            once()
        assert [each for each in count if each in str(caught.value)] == [advice]


def test_addresses_are_not_stored(tmp_path: Path) -> None:
    from retina.storage.sqlite import SqliteRecords

    RateLimits(SqliteRecords(Database(tmp_path / "retina.sqlite")), 1, 1).count("predictions", VIEWER)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"fair:" in stored
    assert VIEWER.encode() not in stored
