"""Rate limits of requests: who is counted, by which address, and which requests are not."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from retina.api.middleware.origin import PROOF
from support.account import PASSWORD, new_key, sign_in_query
from support.house import (
    PREDICTIONS,
    House,
    in_aws,
    problem,
)

pytestmark = pytest.mark.usefixtures("within_an_hour")

VIEWER = "203.0.113.7"


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
