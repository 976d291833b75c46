"""`retina account`: the operator's commands for a user, named by email address."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retina.__main__ import main
from retina.app import create_app
from retina.settings import Settings
from support.account import (
    bearer,
    enter,
    renewed,
    sign_in,
)

ANNA = "anna@example.org"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("RETINA_DATA", str(tmp_path))
    return TestClient(create_app(Settings(data=tmp_path)))


def test_an_account_is_shown(service: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    anna = bearer(sign_in(service, ANNA))
    service.post("/api/v1/keys", json={"name": "A\nB", "scopes": ["read"]}, headers=anna).raise_for_status()
    assert main(["account", "show", "Anna@example.org"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"account  {service.get('/api/v1/usage', headers=anna).json()['account']}"
    assert said[1] == "credits  20"
    assert re.fullmatch(r"key      [0-9a-f]{16}  read  expires never  used never  'A\\nB'", said[2])
    assert len(said) == 3


def test_credits_are_granted_by_the_mail_address(service: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    anna = bearer(sign_in(service, ANNA))
    assert main(["credits", "grant", "Anna@example.org", "5"]) == 0
    assert capsys.readouterr().out == "25 credits left.\n"
    assert service.get("/api/v1/usage", headers=anna).json()["credits"] == 25
    assert main(["credits", "show", "nobody@example.org"]) == 2
    assert "No account has the address 'nobody@example.org'" in capsys.readouterr().err


def test_an_unknown_account_is_told_with_the_command_that_finds_it(
    service: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["credits", "grant", "0" * 32, "5"]) == 2
    said = capsys.readouterr().err
    assert said == "retina: There is no such account. `retina account show ADDRESS` shows somebody's ID.\n"


def test_a_password_is_reset_by_a_link(service: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    tokens = sign_in(service, ANNA)
    assert main(["account", "reset", ANNA, "--url", "https://retina.example.org/"]) == 0
    said = capsys.readouterr().out
    [token] = re.findall(r"^https://retina\.example\.org/oauth2/reset\?token=([\w-]{43})$", said, re.MULTILINE)
    assert "works once, within 24 hours" in said
    answer = service.post("/oauth2/reset", data={"token": token, "password": "another secret one"})
    assert answer.status_code == 200
    assert enter(service, ANNA, "another secret one", "sign-in").status_code == 303
    assert renewed(service, tokens["refresh_token"]).status_code == 400


def test_an_account_is_signed_out(service: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    tokens = sign_in(service, ANNA)
    assert main(["account", "sign-out", ANNA]) == 0
    assert "All sessions" in capsys.readouterr().out
    assert service.get("/api/v1/usage", headers=bearer(tokens)).status_code == 401


def test_nobody_of_that_address(service: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    for action in ("show", "reset", "sign-out"):
        assert main(["account", action, "nobody@example.org"]) == 2
        assert "No account has the address" in capsys.readouterr().err


def test_with_cognito_it_says_what_to_do_instead(
    service: TestClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETINA_ISSUER", "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool")
    monkeypatch.setenv("RETINA_CLIENT_ID", "page")
    assert main(["account", "reset", ANNA]) == 2
    said = capsys.readouterr().err
    assert "aws cognito-idp admin-reset-user-password --user-pool-id eu-central-1_pool --username anna@example" in said
    for command in (["credits", "show"], ["audit"]):
        assert main([*command, ANNA]) == 2
        assert "Cognito stores the email addresses" in capsys.readouterr().err
