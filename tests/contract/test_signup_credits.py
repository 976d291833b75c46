"""Sign-up credits are given once per email address, and to a limited number of accounts per network and day."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from retina.accounts.ledger import Credits
from retina.accounts.rate_limits import RateLimits
from retina.accounts.service import Accounts
from retina.accounts.signup_credits import (
    RETENTION_SECONDS,
    Newcomer,
    SignupCredits,
    normal,
)
from retina.api.middleware.origin import PROOF
from retina.auth.cognito import CognitoPool
from retina.storage.records import Records
from support.account import bearer, sign_in
from support.house import ACCOUNT, House
from support.stored import everything

pytestmark = pytest.mark.usefixtures("within_an_hour")

ISSUER = "https://issuer.example"


def newcomer(email: str | None, network: str | None = None) -> Newcomer:
    return Newcomer(lambda: email, network)


def accounts_of(records: Records, each: int = 0) -> Accounts:
    return Accounts(records, SignupCredits(records, RateLimits(records, 0, 0), 20, each))


def test_registering_again_after_deletion_gives_no_credits(house: House) -> None:
    assert house.credits(house.person("anna")) == 20
    for name in ("anna", "Anna", "anna+2", "ANNA+x+y"):
        receipt = house.client.delete(ACCOUNT, headers=bearer(sign_in_anew(house, "anna"))).raise_for_status().json()
        hashed = [left["days"] for left in receipt["remains"] if "email address" in left["what"]]
        assert hashed == ([365] if name == "anna" else []), "where there were credits"
        again = bearer(sign_in_anew(house, name))
        assert house.credits(again) == 0, name
        assert house.client.delete(ACCOUNT, headers=again).status_code == 200
    assert house.credits(house.person("anna.b")) == 20
    assert "anna@" not in everything(house)


def sign_in_anew(house: House, name: str) -> dict[str, Any]:
    try:
        return sign_in(house.client, f"{name}@example.org", how="sign-in")
    except AssertionError:
        return sign_in(house.client, f"{name}@example.org")


def test_after_a_year_signup_credits_are_given_again(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts, books = accounts_of(records), Credits(records)
    account = accounts.of_user(ISSUER, "1", newcomer("anna@example.org"))
    assert books.balance(account) == 20
    other = accounts.of_user(ISSUER, "2", newcomer("ANNA+tag@Example.org"))
    assert (books.balance(other), books.ledger(other)) == (0, [])
    accounts.remember(account, "anna@example.org")
    now = time.time()
    for later, credits in ((RETENTION_SECONDS - 60, 0), (RETENTION_SECONDS + 60, 20)):
        for module in ("sqlite", "dynamodb"):
            monkeypatch.setattr(f"retina.storage.{module}.time.time", lambda later=later: now + later)
        assert books.balance(accounts.of_user(ISSUER, f"later {later}", newcomer("anna@example.org"))) == credits


def test_an_account_without_signup_credits_blocks_nobody_else(records: Records) -> None:
    accounts, books = accounts_of(records, 1), Credits(records)
    accounts.of_user(ISSUER, "1", newcomer("a@example.org", "203.0.113.1"))
    poor = accounts.of_user(ISSUER, "2", newcomer("b@example.org", "203.0.113.1"))
    assert books.balance(poor) == 0
    accounts.remember(poor, "b@example.org")
    assert books.balance(accounts.of_user(ISSUER, "3", newcomer("b@example.org", "203.0.113.2"))) == 20


def test_concurrent_registrations_of_one_address_get_credits_once(records: Records) -> None:
    accounts, books = accounts_of(records), Credits(records)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: accounts.of_user(ISSUER, f"{n}", newcomer("a@example.org")), range(12)))
    assert sorted(books.balance(account) for account in made) == [0] * 11 + [20]


@pytest.mark.parametrize("network", ["203.0.113.7", "2001:db8:1:2::1"])
def test_each_network_gets_a_few_accounts_with_credits_a_day(
    records: Records, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, books = accounts_of(records, 3), Credits(records)

    def made(claim: int) -> int:
        return books.balance(accounts.of_user(ISSUER, f"{claim}", newcomer(f"{claim}@example.org", network)))

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(made, range(10))) == [0] * 7 + [20] * 3
    here = accounts.of_user(ISSUER, "here", newcomer("here@example.org", None))
    assert books.balance(here) == 20, "this computer is its owner's"
    monkeypatch.setattr("retina.accounts.rate_limits.clock.today", lambda: "2099-01-01")
    assert made(100) == 20


def test_the_network_of_the_viewer_counts(tmp_path: Path) -> None:
    house = House(tmp_path, signups_each=1, proxy_proof="proof")
    house.client.headers[PROOF] = "proof"
    for network, credits in (("203.0.113.7", 20), ("203.0.113.7", 0), ("203.0.113.8", 20)):
        house.client.headers["X-Forwarded-For"] = f"{network}, 192.0.2.1"
        assert house.credits(house.person(f"{network}-{credits}")) == credits


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("Anna@Example.ORG", "anna@example.org"),
        (" anna+tag@example.org ", "anna@example.org"),
        ("anna+a+b@example.org.", "anna@example.org"),
        ("+tag@example.org", "+tag@example.org"),
        ("ａnna@example.org", "anna@example.org"),
    ],
)
def test_addresses_of_one_mailbox_are_equal(email: str, expected: str) -> None:
    assert normal(email) == expected


def test_the_address_is_read_from_cognito(s3: Any) -> None:
    from retina.storage.s3 import client

    cognito = client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="people", UsernameAttributes=["email"])["UserPool"]["Id"]
    attributes = [{"Name": "email", "Value": "anna@example.org"}]
    made = cognito.admin_create_user(UserPoolId=pool, Username="anna@example.org", UserAttributes=attributes)["User"]
    [subject] = [each["Value"] for each in made["Attributes"] if each["Name"] == "sub"]
    assert CognitoPool(pool).address(subject) == "anna@example.org"
    assert CognitoPool(pool).address("nobody") is None
