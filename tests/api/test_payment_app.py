"""The application that sells credits in the cloud: its few routes, behind the proxy, for people who have an account."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retina.accounts.rate_limits import RateLimits
from retina.accounts.signup_credits import SignupCredits
from retina.api.middleware.origin import PROOF
from retina.errors import NotFoundError
from retina.payment_app import KnownAccounts, create_payment_app
from retina.settings import Settings
from retina.storage.records import Records
from support.account import accounts_of
from support.house import problem

ISSUER = "https://issuer.example/pool"


def test_only_the_proxy_and_people_who_are_signed_in_get_through(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, issuer=ISSUER, client_id="page", proxy_proof="proof", hosts="*", site=None)
    client = TestClient(create_payment_app(settings), raise_server_exceptions=False)
    assert problem(client.post("/api/v1/purchases", json={"credits": 100})) == (403, "origin_closed")
    client.headers[PROOF] = "proof"
    assert problem(client.post("/api/v1/purchases", json={"credits": 100})) == (401, "sign_in_required")
    assert problem(client.get("/api/v1/predictions")) == (404, "not_found")
    by_key = client.post("/api/v1/purchases", json={"credits": 100}, headers={"X-API-Key": "rk_0"})
    assert problem(by_key) == (403, "person_required"), "whatever the key: it cannot be read here"
    event = client.post("/api/v1/stripe-events", content=b"{}")
    assert problem(event) == (409, "not_for_sale"), "no keys, no events"


def test_it_opens_no_account(records: Records) -> None:
    known = KnownAccounts(records, SignupCredits(records, RateLimits(records, 0, 0), 0))
    with pytest.raises(NotFoundError, match="account page"):
        known.of_user(ISSUER, "anna")
    account = accounts_of(records, 20).of_user(ISSUER, "anna")
    assert known.of_user(ISSUER, "anna") == account


def test_without_an_issuer_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="RETINA_ISSUER"):
        create_payment_app(Settings(data=tmp_path, site=None))
