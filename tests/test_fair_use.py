"""Fair use: who does not pay is limited by address and together, in SQLite and in DynamoDB."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from account import PASSWORD, new_key, wish
from house import PREDICTIONS, House, in_aws, problem
from retina.errors import FairUseError
from retina.fair_use import FairUse
from retina.origin import PROOF
from retina.store.database import Database
from retina.store.records import Records

VIEWER = "203.0.113.7"


def test_each_address_has_its_own_limit(records: Records) -> None:
    fair = FairUse(records, 3, 100)
    for _ in range(3):
        fair.count("predictions", VIEWER)
    for _ in range(2):
        with pytest.raises(FairUseError) as told:
            fair.count("predictions", VIEWER)
        assert 0 < told.value.retry_after <= 3600
    fair.count("predictions", "203.0.113.8")


def test_all_together_have_one_that_a_single_address_cannot_use_up_beyond_its_own(records: Records) -> None:
    fair = FairUse(records, 2, 4)
    for _ in range(5):
        try:
            fair.count("predictions", VIEWER)
        except FairUseError:
            continue
    for address in ("203.0.113.8", "203.0.113.9"):
        fair.count("predictions", address)
    with pytest.raises(FairUseError):
        fair.count("predictions", "203.0.113.10")


def test_no_limit_is_none(records: Records) -> None:
    fair = FairUse(records, 0, 0)
    for _ in range(5):
        fair.count("predictions", VIEWER)


def test_the_next_hour_begins_anew_and_the_next_day_has_another_salt(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    fair = FairUse(records, 1, 100)
    fair.count("predictions", VIEWER)
    today = fair._hashed(VIEWER)
    assert FairUse(records, 1, 100)._hashed(VIEWER) == today, "whichever process asks"
    now = time.time()
    monkeypatch.setattr("retina.fair_use.time.time", lambda: now + 3600)
    fair.count("predictions", VIEWER)
    monkeypatch.setattr("retina.fair_use.clock.today", lambda: "2099-01-01")
    assert fair._hashed(VIEWER) != today


def test_the_rest_of_an_ipv6_network_is_the_same_viewer(records: Records) -> None:
    fair = FairUse(records, 1, 100)
    fair.count("predictions", "2001:db8:1:2::1")
    with pytest.raises(FairUseError):
        fair.count("predictions", "2001:db8:1:2:ffff::7")
    fair.count("predictions", "2001:db8:1:3::1")


def test_addresses_are_not_kept(tmp_path: Path) -> None:
    from retina.store.sqlite import SqliteRecords

    FairUse(SqliteRecords(Database(tmp_path / "retina.sqlite")), 1, 1).count("predictions", VIEWER)
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


def test_viewers_are_limited_and_those_who_pay_are_not(strict: House, tiny: bytes) -> None:
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
    assert ask(strict, tiny, one | strict.person("berta")).status_code == 429, "who has signed in does not pay, either"


def test_forms_for_uploads_are_counted_for_themselves(strict: House, tiny: bytes) -> None:
    one = {PROOF: "proof", "X-Forwarded-For": f"{VIEWER}, 192.0.2.1"}
    asked: dict[str, Any] = {"json": {"content_type": "image/jpeg"}, "headers": one}
    answers = [strict.client.post("/api/v1/uploads", **asked).status_code for _ in range(3)]
    assert answers == [201, 201, 429]
    assert ask(strict, tiny, one).status_code == 200


def test_sign_ins_are_counted_before_a_password_is_hashed(strict: House) -> None:
    one = {PROOF: "proof", "X-Forwarded-For": f"{VIEWER}, 192.0.2.1"}
    fields = {"password": PASSWORD} | wish(strict.client, "v" * 43)

    def enter(address: str, how: str) -> int:
        form = fields | {"address": address, "wish": how}
        answer = strict.client.post("/oauth2/authorize", data=form, headers=one, follow_redirects=False)
        return int(answer.status_code)

    assert enter("anna@example.org", "register") == 303
    assert [enter(f"{name}@example.org", "sign-in") for name in "abc"] == [403, 429, 429]
    assert enter("anna@example.org", "sign-in") == 303, "she has signed in from there before"


def test_without_a_proof_in_the_settings_the_sender_counts_whatever_it_says(tmp_path: Any, tiny: bytes) -> None:
    house = House(tmp_path, free_each=2, free_together=100)
    answers = [
        ask(house, tiny, {"X-Forwarded-For": f"203.0.113.{n}, 192.0.2.1"} | proof).status_code
        for n, proof in enumerate(({}, {PROOF: "guess"}, {PROOF: ""}))
    ]
    assert answers == [200, 200, 429]


def test_what_passes_by_the_proxy_is_refused_whatever_it_says(strict: House, tiny: bytes) -> None:
    for proof in ("guess", ""):
        refused = ask(strict, tiny, {"X-Forwarded-For": "203.0.113.7, 192.0.2.1", PROOF: proof})
        assert problem(refused) == (403, "origin_closed")


@pytest.mark.parametrize(("sender", "limited"), [("127.0.0.1", False), ("::1", False), ("192.0.2.7", True)])
def test_this_computer_is_its_owners(tmp_path: Any, tiny: bytes, sender: str, limited: bool) -> None:
    house = House(tmp_path, free_each=1, free_together=100)
    house.client = TestClient(house.app, client=(sender, 1234))
    answers = [ask(house, tiny, {}).status_code for _ in range(2)]
    assert answers == [200, 429 if limited else 200]
    proxied = {"X-Forwarded-For": VIEWER}
    assert [ask(house, tiny, proxied).status_code for _ in range(2)][-1] == 429, "a proxy on this computer is not"
