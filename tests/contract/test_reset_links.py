"""Links from the operator that let a user replace a forgotten password."""

import hashlib

import httpx
import pytest

from retina.storage.records import Key, Put
from support.account import (
    PASSWORD,
    bearer,
    enter,
    sign_in,
)
from support.house import House
from support.sessions import ANNA, EVERYWHERE, OTHER, PASSWORDS, claims, works


def test_a_link_from_the_operator_resets_a_password_once(house: House) -> None:
    people = house.app.state.people
    before = sign_in(house.client, ANNA)
    link, spare = people.link(" Anna@example.org"), people.link(ANNA)
    assert people.link("nobody@example.org") is None
    page = house.client.get("/oauth2/reset", params={"token": link})
    assert page.status_code == 200
    assert ANNA in page.text
    assert "set-cookie" not in page.headers

    def reset(token: str, password: str) -> httpx.Response:
        answer: httpx.Response = house.client.post("/oauth2/reset", data={"token": token, "password": password})
        return answer

    refused = reset(link, "password1234")
    assert refused.status_code == 403
    assert "too easy to guess" in refused.text
    assert link in refused.text, "to try again"
    assert works(house, before), "nothing has changed until then"
    for _ in range(9):
        enter(house.client, ANNA, "wrong password", "sign-in")
    assert reset(link, OTHER).status_code == 200
    assert not works(house, before)
    assert enter(house.client, ANNA, OTHER, "sign-in").status_code == 303, "no wait is left over"
    assert enter(house.client, ANNA, PASSWORD, "sign-in").status_code == 403
    for used in (link, spare, "made up", ""):
        assert house.client.get("/oauth2/reset", params={"token": used}).status_code == 403
        answer = reset(used or "x", PASSWORD)
        assert answer.status_code == 403
        assert "already used or has expired" in answer.text


def test_a_link_remains_valid_when_all_sessions_end(house: House) -> None:
    people = house.app.state.people
    here = sign_in(house.client, ANNA)
    link, spare = people.link(ANNA), people.link(ANNA)
    assert house.client.post(EVERYWHERE, headers=bearer(here)).status_code == 204
    here = sign_in(house.client, ANNA, how="sign-in")
    assert house.client.post("/oauth2/reset", data={"token": link, "password": OTHER}).status_code == 200
    assert not works(house, here), "a new password ends them"
    assert house.client.get("/oauth2/reset", params={"token": spare}).status_code == 403


def test_a_link_is_void_once_the_password_has_changed(house: House) -> None:
    here = sign_in(house.client, ANNA)
    link = house.app.state.people.link(ANNA)
    change = {"current": PASSWORD, "new": OTHER}
    house.client.post(PASSWORDS, json=change, headers=bearer(here)).raise_for_status()
    assert house.client.get("/oauth2/reset", params={"token": link}).status_code == 403


def test_a_link_from_an_older_version_is_void_once_sessions_end(house: House) -> None:
    here = sign_in(house.client, ANNA)
    subject = claims(here["access_token"])["sub"]
    digest = hashlib.sha256(b"an old one").hexdigest()
    house.services.records.write(Put(Key(f"reset:{digest}", "reset"), {"subject": subject, "generation": 0}))
    assert house.client.get("/oauth2/reset", params={"token": "an old one"}).status_code == 200
    assert house.client.post(EVERYWHERE, headers=bearer(here)).status_code == 204
    assert house.client.get("/oauth2/reset", params={"token": "an old one"}).status_code == 403


def test_a_link_is_valid_for_a_day(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    sign_in(house.client, ANNA)
    link, now = house.app.state.people.link(ANNA), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 24 * 3600 + 1)
    assert house.client.get("/oauth2/reset", params={"token": link}).status_code == 403


def test_a_link_contains_no_address_and_is_void_once_the_account_is_deleted(house: House) -> None:
    anna = sign_in(house.client, ANNA)
    link = house.app.state.people.link(ANNA)
    digest = hashlib.sha256(link.encode()).hexdigest()
    [stored] = house.services.records.get(Key(f"reset:{digest}", "reset"))
    assert stored is not None
    assert ANNA not in str(stored)
    house.client.delete("/api/v1/account", headers=bearer(anna)).raise_for_status()
    sign_in(house.client, ANNA)
    assert house.client.get("/oauth2/reset", params={"token": link}).status_code == 403
