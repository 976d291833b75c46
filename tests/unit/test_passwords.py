"""Which email addresses and passwords are accepted for a new account."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retina.auth.local import passwords
from retina.auth.local.passwords import (
    LONGEST,
    address_of,
    demand_address,
    demand_strong,
)
from retina.errors import SignInRefusedError

ADDRESS = "anna.meier@klinik-nord.example.org"


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org",
        " Anna@Example.org ",
        "a.b+c@sub.example.co.uk",
        "x@xn--bcher-kva.example",
        "o'neil@example.org",
    ],
)
def test_valid_email_addresses(address: str) -> None:
    demand_address(address_of(address))


@pytest.mark.parametrize(
    "address",
    [
        *("", "anna", "@example.org", "anna@", "anna@example", "anna@@example.org", "anna@example.org@example.org"),
        *("an na@example.org", "anna@exa mple.org", "anna@example.org\n", "anna\0@example.org", "anna\x07@example.org"),
        *("anna@example\0.org", "anna\u202e@example.org", "anna\u200b@example.org", "\u0430nna@example.org"),
        *(
            ".anna@example.org",
            "anna.@example.org",
            "a..b@example.org",
            "anna@.org",
            "anna@example..org",
            "anna@-a.org",
        ),
        *("anna@example.org.", f"{'a' * 65}@example.org", f"anna@{'a' * 64}.org", f"a@{'a.' * 130}org"),
        *('"anna"@example.org', "<anna@example.org>", "anna@[127.0.0.1]", "anna,berta@example.org"),
    ],
)
def test_invalid_email_addresses(address: str) -> None:
    with pytest.raises(SignInRefusedError, match="not a valid email address"):
        demand_address(address.lower())


@pytest.mark.parametrize(
    "password", ["correct horse battery", "tulip anvil 93 mossy", "Zq7!kd02#mWx", "Kälte ohne Übel"]
)
def test_good_passwords(password: str) -> None:
    demand_strong(password, ADDRESS)


@pytest.mark.parametrize(
    "password",
    [
        *("password1234", "passwordpassword", "123456789012", "qwertyuiop123", "p@ssw0rd12345", "letmeinletmein"),
        *("aaaaaaaaaaaa", "a" * 256, "abcabcabcabcabc", "abcdefghijklmnop", "iloveyou12345", "qwertyqwerty"),
        *(ADDRESS, "anna.meier12", "AnnaMeier123", "klinik-nord1", "retinaretina", "\0" * 12, " " * 20),
    ],
)
def test_passwords_that_are_easy_to_guess(password: str) -> None:
    with pytest.raises(SignInRefusedError, match="too easy to guess"):
        demand_strong(password, ADDRESS)


@pytest.mark.parametrize("password", ["", "kd02#mWx", "x" * 257, "correct horse battery " * 100_000])
def test_passwords_of_a_wrong_length(password: str) -> None:
    with pytest.raises(SignInRefusedError, match="12 to 256 characters"):
        demand_strong(password, ADDRESS)


@pytest.mark.slow
@given(st.text(min_size=12, max_size=LONGEST))
def test_every_password_is_rated(password: str) -> None:
    with suppress(SignInRefusedError):
        demand_strong(password, ADDRESS)


def test_long_passwords_are_rated_in_limited_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a password full of characters that stand for others, 64 take 14 s and 24 a fraction of one."""
    judged: list[str] = []
    plain = __import__("zxcvbn").zxcvbn

    def spy(password: str, known: list[str]) -> object:
        judged.append(password)
        return plain(password, known)

    monkeypatch.setattr("zxcvbn.zxcvbn", spy)
    demand_strong("a4@e3i1!o0s5$7+z2%8b6g9l|c({[<x" * 8, ADDRESS)
    assert [len(password) for password in judged] == [passwords.JUDGED]
