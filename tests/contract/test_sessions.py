"""Sessions of the embedded issuer: token rotation, and everything that ends a session. Both stores."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from retina.auth.local import sessions
from retina.auth.local.sessions import Sessions
from retina.errors import GrantRefusedError
from retina.storage.records import Key, Put, Records
from support.account import (
    PASSWORD,
    bearer,
    enter,
    renewed,
    sign_in,
)
from support.house import House, problem
from support.sessions import ANNA, EVERYWHERE, OTHER, PASSWORDS, USAGE, claims, works


@pytest.fixture
def chain(records: Records, tmp_path: Path) -> tuple[Sessions, str]:
    """The sessions, and the first refresh token of one of them."""
    made = Sessions(records, tmp_path)
    _, begun, first = made.new("anna", 0)
    records.write(begun)
    return made, first


def test_each_renewal_issues_a_new_refresh_token(house: House) -> None:
    first = sign_in(house.client, ANNA)
    second = renewed(house.client, first["refresh_token"]).json()
    third = renewed(house.client, second["refresh_token"]).json()
    assert len({tokens["refresh_token"] for tokens in (first, second, third)}) == 3
    assert all(works(house, tokens) for tokens in (first, second, third))
    content = claims(third["access_token"])
    assert content["exp"] - content["iat"] == third["expires_in"] == 600


def test_a_reused_refresh_token_ends_the_session(house: House) -> None:
    first = sign_in(house.client, ANNA)
    elsewhere = sign_in(house.client, ANNA, how="sign-in")
    second = renewed(house.client, first["refresh_token"]).json()
    third = renewed(house.client, second["refresh_token"]).json()
    stolen = renewed(house.client, first["refresh_token"])
    assert (stolen.status_code, stolen.json()) == (400, {"error": "invalid_grant"})
    assert renewed(house.client, third["refresh_token"]).status_code == 400, "whoever of both was the thief"
    assert not any(works(house, tokens) for tokens in (first, second, third))
    assert works(house, elsewhere)
    assert renewed(house.client, elsewhere["refresh_token"]).status_code == 200


def test_the_previous_refresh_token_yields_the_same_successor_for_a_moment(
    chain: tuple[Sessions, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tabs renew at the same time, or an answer gets lost."""
    made, first = chain
    now = [1_795_000_000.0]
    monkeypatch.setattr("retina.auth.local.sessions.time.time", lambda: now[0])
    session, second = made.renew(first)
    now[0] += sessions.REUSE_SECONDS
    assert made.renew(first) == (session, second)
    now[0] += 1
    with pytest.raises(GrantRefusedError):
        made.renew(first)
    assert made.get(session.id) is None
    with pytest.raises(GrantRefusedError):
        made.renew(second)


def test_many_concurrent_tabs_get_the_same_successor(chain: tuple[Sessions, str]) -> None:
    made, first = chain
    with ThreadPoolExecutor(8) as tabs:
        assert len(set(tabs.map(lambda _: made.renew(first)[1], range(16)))) == 1


def test_a_made_up_refresh_token_is_refused_and_ends_no_session(chain: tuple[Sessions, str]) -> None:
    made, first = chain
    id, number, signature = first.split(".")
    session, second = made.renew(first)
    for wrong in (
        *("", "x", f"{id}.{number}.{signature[::-1]}", f"{id}.0{number}.{signature}", f"{id}.7.{signature}"),
        *(f"{'0' * 32}.0.{signature}", f"{first} ", f"{first}\n", f"{id}.\u0661.{signature}", f"{id}.-1.{signature}"),
    ):
        with pytest.raises(GrantRefusedError):
            made.renew(wrong)
    assert made.renew(second)[0] == session


def test_tokens_of_another_data_folder_are_refused(
    chain: tuple[Sessions, str], records: Records, tmp_path: Path
) -> None:
    _, first = chain
    with pytest.raises(GrantRefusedError):
        Sessions(records, tmp_path / "other").renew(first)


def test_a_session_expires_however_often_it_was_renewed(
    chain: tuple[Sessions, str], records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, token = chain
    begin = time.time()
    monkeypatch.setattr(time, "time", lambda: begin + sessions.SESSION_SECONDS - 10)
    _, token = made.renew(token)
    monkeypatch.setattr(time, "time", lambda: begin + sessions.SESSION_SECONDS + 10)
    with pytest.raises(GrantRefusedError):
        made.renew(token)


def test_signing_out_ends_access_at_once(house: House) -> None:
    tokens, elsewhere = sign_in(house.client, ANNA), sign_in(house.client, ANNA, how="sign-in")
    newer = renewed(house.client, tokens["refresh_token"]).json()
    assert house.client.post("/oauth2/revoke", data={"token": tokens["refresh_token"]}).status_code == 200
    assert not works(house, newer)
    assert renewed(house.client, newer["refresh_token"]).status_code == 400
    assert works(house, elsewhere)
    assert house.client.post("/oauth2/revoke", data={"token": "made up"}).status_code == 200


def test_signing_out_everywhere(house: House) -> None:
    one, two = sign_in(house.client, ANNA), sign_in(house.client, ANNA, how="sign-in")
    berta = sign_in(house.client, "berta@example.org")
    key = house.key(bearer(one))
    assert problem(house.client.post(EVERYWHERE, headers=key)) == (403, "person_required")
    assert house.client.post(EVERYWHERE, headers=bearer(one)).status_code == 204
    for tokens in (one, two):
        assert not works(house, tokens)
        assert renewed(house.client, tokens["refresh_token"]).status_code == 400
    assert works(house, berta)
    assert works(house, sign_in(house.client, ANNA, how="sign-in"))
    assert house.client.get(USAGE, headers=key).status_code == 200, "API keys are revoked one by one"


def test_a_password_is_changed_and_all_other_sessions_end(house: House) -> None:
    here, elsewhere = sign_in(house.client, ANNA), sign_in(house.client, ANNA, how="sign-in")
    usage = house.client.get(USAGE, headers=bearer(here)).json()

    def change(current: str, new: str) -> httpx.Response:
        answer: httpx.Response = house.client.post(
            PASSWORDS, json={"current": current, "new": new}, headers=bearer(here)
        )
        return answer

    for current, new, sentence in (
        ("wrong password", OTHER, "The current password is wrong."),
        (PASSWORD, "password1234", "too easy to guess"),
        (PASSWORD, "short", "12 to 256 characters"),
        (PASSWORD, "anna@example.org", "too easy to guess"),
    ):
        answer = change(current, new)
        assert problem(answer) == (403, "sign_in_refused")
        assert sentence in answer.json()["detail"]
    assert works(house, elsewhere)
    tokens = change(PASSWORD, OTHER).raise_for_status().json()
    assert house.client.get(USAGE, headers=bearer(tokens)).json() == usage
    assert renewed(house.client, tokens["refresh_token"]).status_code == 200
    for old in (here, elsewhere):
        assert not works(house, old)
        assert renewed(house.client, old["refresh_token"]).status_code == 400
    assert enter(house.client, ANNA, PASSWORD, "sign-in").status_code == 403
    assert enter(house.client, ANNA, OTHER, "sign-in").status_code == 303


@pytest.mark.parametrize("by", ["change", "link"])
def test_no_password_is_changed_without_an_audit_entry(house: House, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    here = sign_in(house.client, ANNA)
    records, account = house.services.records, house.account(bearer(here))
    link = house.app.state.people.link(ANNA)
    plain = records.write

    def broken(*changes: Any) -> None:
        if any(change.key.partition == f"audit:{account}" for change in changes):
            raise ConnectionError("the store is gone")
        plain(*changes)

    def new_password() -> httpx.Response:
        change, form = {"current": PASSWORD, "new": OTHER}, {"token": link, "password": OTHER}
        answer: httpx.Response = (
            house.client.post(PASSWORDS, json=change, headers=bearer(here))
            if by == "change"
            else house.client.post("/oauth2/reset", data=form)
        )
        return answer

    with monkeypatch.context() as failing:
        failing.setattr(records, "write", broken)
        assert new_password().status_code == 500
    assert works(house, here)
    assert enter(house.client, ANNA, PASSWORD, "sign-in").status_code == 303
    assert new_password().status_code == 200
    assert not works(house, here)
    entries, _ = house.services.audit.of(account, 10)
    assert entries[0].action == {"change": "password.changed", "link": "password.reset"}[by]


def test_a_stolen_access_token_does_not_help_to_guess_the_password(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stolen = bearer(sign_in(house.client, ANNA))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)  # the first wait is of one second
    wrong = {"current": "wrong password", "new": OTHER}
    said = [house.client.post(PASSWORDS, json=wrong, headers=stolen).json()["detail"] for _ in range(6)]
    assert said[:5] == ["The current password is wrong."] * 5
    assert "Too many wrong attempts" in said[5]


def test_an_authorization_code_from_before_a_password_change_is_refused(house: House) -> None:
    from urllib.parse import parse_qs, urlsplit

    from support.account import redeem

    here = sign_in(house.client, ANNA)
    answer = enter(house.client, ANNA, how="sign-in", verifier="w" * 43)
    [code] = parse_qs(urlsplit(answer.headers["location"]).query)["code"]
    change = {"current": PASSWORD, "new": OTHER}
    house.client.post(PASSWORDS, json=change, headers=bearer(here)).raise_for_status()
    assert redeem(house.client, code, "w" * 43).status_code == 400


def test_sessions_end_with_the_account(house: House) -> None:
    one, two = sign_in(house.client, ANNA), sign_in(house.client, ANNA, how="sign-in")
    house.client.delete("/api/v1/account", headers=bearer(one)).raise_for_status()
    for tokens in (one, two):
        assert not works(house, tokens)
        assert renewed(house.client, tokens["refresh_token"]).status_code == 400


def test_refresh_tokens_of_older_versions_become_sessions(house: House) -> None:
    subject = claims(sign_in(house.client, ANNA)["access_token"])["sub"]
    digest = hashlib.sha256(b"an old one").hexdigest()
    house.services.records.write(Put(Key(f"refresh:{digest}", "refresh"), {"subject": subject}))
    tokens = renewed(house.client, "an old one").json()
    assert works(house, tokens)
    assert renewed(house.client, tokens["refresh_token"]).status_code == 200
    assert renewed(house.client, "an old one").status_code == 400
