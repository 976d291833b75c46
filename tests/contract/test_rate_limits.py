"""The rate limit on predictions free of charge, per address and for all callers, in SQLite and in DynamoDB."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from retina.accounts.rate_limits import RateLimits
from retina.api.middleware.origin import PROOF
from retina.errors import RateLimitError
from retina.storage.database import Database
from retina.storage.records import Records
from support.account import PASSWORD, new_key, sign_in_query
from support.house import (
    PREDICTIONS,
    House,
    in_aws,
    problem,
)

VIEWER = "203.0.113.7"


def test_each_address_has_its_own_limit(records: Records) -> None:
    fair = RateLimits(records, 3, 100)
    for _ in range(3):
        fair.count("predictions", VIEWER)
    for _ in range(2):
        with pytest.raises(RateLimitError) as caught:
            fair.count("predictions", VIEWER)
        assert 0 < caught.value.retry_after <= 3600
    fair.count("predictions", "203.0.113.8")


def test_a_single_address_cannot_use_up_the_global_limit(records: Records) -> None:
    fair = RateLimits(records, 2, 4)
    for _ in range(5):
        try:
            fair.count("predictions", VIEWER)
        except RateLimitError:
            continue
    for address in ("203.0.113.8", "203.0.113.9"):
        fair.count("predictions", address)
    with pytest.raises(RateLimitError):
        fair.count("predictions", "203.0.113.10")


def test_without_a_limit_nobody_is_limited(records: Records) -> None:
    fair = RateLimits(records, 0, 0)
    for _ in range(5):
        fair.count("predictions", VIEWER)


def test_each_hour_counts_afresh_and_each_day_has_another_salt(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    fair = RateLimits(records, 1, 100)
    fair.count("predictions", VIEWER)
    today = fair._hashed(VIEWER)
    assert RateLimits(records, 1, 100)._hashed(VIEWER) == today, "whichever process asks"
    now = time.time()
    monkeypatch.setattr("retina.accounts.rate_limits.time.time", lambda: now + 3600)
    fair.count("predictions", VIEWER)
    monkeypatch.setattr("retina.accounts.rate_limits.clock.today", lambda: "2099-01-01")
    assert fair._hashed(VIEWER) != today


def test_an_ipv6_network_is_one_viewer(records: Records) -> None:
    fair = RateLimits(records, 1, 100)
    fair.count("predictions", "2001:db8:1:2::1")
    with pytest.raises(RateLimitError):
        fair.count("predictions", "2001:db8:1:2:ffff::7")
    fair.count("predictions", "2001:db8:1:3::1")


def test_an_ipv6_site_has_a_few_shares_and_mapped_ipv4_addresses_are_recognised(records: Records) -> None:
    fair = RateLimits(records, 1, 100)
    for n in range(4):
        fair.count("predictions", f"2001:db8:1:{n}::1")
    with pytest.raises(RateLimitError):
        fair.count("predictions", "2001:db8:1:ffff::1")
    fair.count("predictions", "2001:db8:2::1")
    fair.count("predictions", VIEWER)
    with pytest.raises(RateLimitError):
        fair.count("predictions", f"::ffff:{VIEWER}")


def test_limits_are_exact_under_concurrency(records: Records) -> None:
    fair = RateLimits(records, 9, 15)

    def ask(claim: int) -> str:
        address = ("203.0.113.1", "203.0.113.2", "203.0.113.3")[claim % 3]
        try:
            fair.count("predictions", address)
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


def _counted(fair: RateLimits, what: str, address: str, account: str = "") -> bool:
    try:
        fair.count(what, address, account)
    except RateLimitError:
        return False
    return True


def test_a_few_addresses_do_not_use_up_everybodys_share(records: Records) -> None:
    fair = RateLimits(records, 20, 500)
    for n in range(25):
        while _counted(fair, "predictions", f"203.0.113.{n}"):
            pass
    assert _counted(fair, "predictions", "198.51.100.1"), "somebody new"
    assert not _counted(fair, "predictions", "203.0.113.1"), "who has had enough"
    for n in range(200):
        while _counted(fair, "predictions", f"192.0.2.{n}"):
            pass
    assert not _counted(fair, "predictions", "198.51.100.2")
    assert _counted(fair, "predictions", "198.51.100.2", "a" * 32), "who has signed in has a share beside all that"


def test_signed_in_users_have_shares_of_their_own_and_so_has_their_network(records: Records) -> None:
    fair = RateLimits(records, 2, 100)
    for account in ("a" * 32, "b" * 32):
        assert [_counted(fair, "predictions", VIEWER, account) for _ in range(3)] == [True, True, False]
    assert [_counted(fair, "predictions", VIEWER) for _ in range(3)] == [True, True, False]
    made = [_counted(fair, "predictions", VIEWER, f"{n:032x}") for n in range(20)]
    assert sum(made) == 2 * 5 - 4, "more accounts at one address do not make more shares than five"


def test_addresses_are_not_stored(tmp_path: Path) -> None:
    from retina.storage.sqlite import SqliteRecords

    RateLimits(SqliteRecords(Database(tmp_path / "retina.sqlite")), 1, 1).count("predictions", VIEWER)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"fair:" in stored
    assert VIEWER.encode() not in stored


@pytest.fixture(params=["embedded", "AWS"])
def strict(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """Two predictions an hour, behind a proxy."""
    limits = {"free_each": 2, "free_together": 100, "proxy_proof": "proof"}
    if request.param == "AWS":
        request.getfixturevalue("s3")
    house = House(tmp_path, **limits) if request.param == "embedded" else in_aws(tmp_path, **limits)
    house.client.headers[PROOF] = "proof"
    return house


def ask(house: House, tiny: bytes, headers: dict[str, str], path: str = PREDICTIONS) -> httpx.Response:
    answer: httpx.Response = house.client.post(path, files={"file": ("a.jpg", tiny)}, headers=headers)
    return answer


def test_viewers_are_limited_and_paying_callers_are_not(strict: House, tiny: bytes) -> None:
    one = {PROOF: "proof", "X-Forwarded-For": f"198.51.100.1, {VIEWER}, 192.0.2.1"}
    assert ask(strict, tiny, one).status_code == 200
    assert ask(strict, tiny, one, "/predict").status_code == 200
    for path in (PREDICTIONS, "/predict"):
        refused = ask(strict, tiny, one, path)
        assert problem(refused) == (429, "fair_use_exceeded")
        assert int(refused.headers["Retry-After"]) > 0
    invented = one | {"X-Forwarded-For": f"198.51.100.77, {VIEWER}, 192.0.2.9"}
    assert ask(strict, tiny, invented).status_code == 429, "what stands before is anybody's word"
    other = one | {"X-Forwarded-For": "203.0.113.8, 192.0.2.1"}
    assert ask(strict, tiny, other).status_code == 200
    key = new_key(strict.client, "anna@example.org")
    for _ in range(3):
        assert ask(strict, tiny, one | key).status_code == 200
    person = one | strict.person("berta")
    assert [ask(strict, tiny, person).status_code for _ in range(3)] == [200, 200, 429], "a share of her own, not more"


def test_requests_refused_before_any_work_do_not_count(strict: House, tiny: bytes) -> None:
    one = {PROOF: "proof", "X-Forwarded-For": f"{VIEWER}, 192.0.2.1"}
    form = {"files": {"file": ("a.jpg", tiny)}, "headers": one}
    for _ in range(3):
        for path in (PREDICTIONS, "/predict"):
            assert strict.client.post(path, headers=one).status_code == 422
            assert strict.client.post(path, content=b"{", headers=one).status_code in (400, 415, 422)
        assert strict.client.post(PREDICTIONS, data={"threshold": "7"}, **form).status_code == 422
        assert strict.client.post(PREDICTIONS, data={"save": "true"}, **form).status_code == 401
        assert strict.client.post("/api/v1/uploads", json={"content_type": "text/html"}, headers=one).status_code == 415
        assert strict.client.post("/oauth2/authorize", data={"action": "register"}, headers=one).status_code == 422
        unasked = {"action": "sign-in", "address": "a@example.org", "password": "x" * 12}
        assert strict.client.post("/oauth2/authorize", data=unasked, headers=one).status_code == 422
    fields = unasked | sign_in_query(strict.client, "v" * 43)
    assert strict.client.post("/oauth2/authorize", data=fields, headers=one).status_code != 429
    upload = {"json": {"content_type": "image/jpeg"}, "headers": one}
    assert strict.client.post("/api/v1/uploads", **upload).status_code == 201
    assert [ask(strict, tiny, one).status_code for _ in range(3)] == [200, 200, 429]


def test_upload_forms_are_counted_separately(strict: House, tiny: bytes) -> None:
    one = {PROOF: "proof", "X-Forwarded-For": f"{VIEWER}, 192.0.2.1"}
    asked: dict[str, Any] = {"json": {"content_type": "image/jpeg"}, "headers": one}
    answers = [strict.client.post("/api/v1/uploads", **asked).status_code for _ in range(3)]
    assert answers == [201, 201, 429]
    assert ask(strict, tiny, one).status_code == 200
    anna = strict.person()
    key = asked | {"headers": one | strict.key(anna)}
    for n in range(19):
        strict.services.credits.charge(strict.account(anna), "", f"spent {n}")
    answers = [strict.client.post("/api/v1/uploads", **key).status_code for _ in range(3)]
    assert answers == [201, 201, 429], "whoever pays has as many as there are credits, or the share of everybody"
    strict.grant(anna, 3)
    assert [strict.client.post("/api/v1/uploads", **key).status_code for _ in range(3)] == [201, 201, 429]


def test_sign_ins_are_counted_before_a_password_is_hashed(strict: House) -> None:
    one = {PROOF: "proof", "X-Forwarded-For": f"{VIEWER}, 192.0.2.1"}
    fields = {"password": PASSWORD} | sign_in_query(strict.client, "v" * 43)

    def enter(address: str, how: str) -> int:
        form = fields | {"address": address, "action": how}
        answer = strict.client.post("/oauth2/authorize", data=form, headers=one, follow_redirects=False)
        if answer.status_code == 429:
            assert "too many sign-ins" in answer.text, "as the form that was sent, which a person sees"
            assert "<form" in answer.text
        return int(answer.status_code)

    assert enter("anna@example.org", "register") == 303
    assert [enter(f"{name}@example.org", "sign-in") for name in "abc"] == [403, 429, 429]
    assert enter("anna@example.org", "sign-in") == 303, "she has signed in from there before"


def test_without_a_proxy_secret_the_peer_address_counts(tmp_path: Any, tiny: bytes) -> None:
    house = House(tmp_path, free_each=2, free_together=100)
    answers = [
        ask(house, tiny, {"X-Forwarded-For": f"203.0.113.{n}, 192.0.2.1"} | proof).status_code
        for n, proof in enumerate(({}, {PROOF: "guess"}, {PROOF: ""}))
    ]
    assert answers == [200, 200, 429]


def test_requests_that_bypass_the_proxy_are_refused_whatever_their_headers(strict: House, tiny: bytes) -> None:
    for proof in ("guess", ""):
        refused = ask(strict, tiny, {"X-Forwarded-For": "203.0.113.7, 192.0.2.1", PROOF: proof})
        assert problem(refused) == (403, "origin_closed")


@pytest.mark.parametrize(("sender", "limited"), [("127.0.0.1", False), ("::1", False), ("192.0.2.7", True)])
def test_this_computer_is_not_limited(tmp_path: Any, tiny: bytes, sender: str, limited: bool) -> None:
    house = House(tmp_path, free_each=1, free_together=100)
    house.client = TestClient(house.app, client=(sender, 1234))
    answers = [ask(house, tiny, {}).status_code for _ in range(2)]
    assert answers == [200, 429 if limited else 200]
    proxied = {"X-Forwarded-For": VIEWER}
    assert [ask(house, tiny, proxied).status_code for _ in range(2)][-1] == 429, "a proxy on this computer is not"
