"""Writes that were made and whose replies got lost: they are repeated, and nobody notices. In both stores alike."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from retina.accounts import Accounts
from retina.credits import Credits
from retina.errors import GrantRefusedError, KeyRefusedError, OutOfCreditsError, SignInRefusedError
from retina.idempotency import Idempotency, Lease
from retina.identity.issuer import Issuer
from retina.identity.people import People
from retina.store.local import LocalBlobs
from retina.store.records import Change, Records

REQUEST = hashlib.sha256(b"request").hexdigest()
PASSWORD = "correct horse battery"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "http://127.0.0.1:8000/"


class Deaf:
    """Records whose every write is repeated, as a client does that heard nothing and forgot its token."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def write(self, *changes: Change) -> None:
        self._records.write(*changes)
        self._records.write(*changes)


@pytest.fixture
def deaf(records: Records) -> Records:
    return Deaf(records)


@pytest.fixture
def account(deaf: Records) -> str:
    return Accounts(deaf, 20).of_user("https://issuer.example", "anna")


def test_an_account_is_made_once(records: Records, deaf: Records, account: str) -> None:
    assert Accounts(records, 20).of_user("https://issuer.example", "anna") == account
    assert [entry.amount for entry in Credits(deaf).ledger(account)] == [20]
    assert Credits(deaf).balance(account) == 20


def test_a_key_is_made_once_and_revoked(deaf: Records, account: str) -> None:
    accounts = Accounts(deaf, 20)
    key, text = accounts.make_key(account, "Clinic")
    assert accounts.keys(account) == [key]
    assert accounts.of_key(text) == (account, key.id)
    accounts.revoke(account, key.id)
    assert accounts.keys(account) == []
    with pytest.raises(KeyRefusedError):
        accounts.of_key(text)


def test_a_result_is_charged_once(deaf: Records, account: str, tmp_path: Path) -> None:
    books, repeated = Credits(deaf), Idempotency(deaf, LocalBlobs(tmp_path))
    for n in range(20):
        lease = repeated.begin(account, f"call {n}", REQUEST)
        assert isinstance(lease, Lease)
        assert books.charge(account, "k", f"prediction {n}", repeated.answered(lease, b"%d" % n)) == 19 - n
    assert [repeated.begin(account, f"call {n}", REQUEST) for n in range(20)] == [b"%d" % n for n in range(20)]
    with pytest.raises(OutOfCreditsError):
        books.charge(account, "k", "prediction")
    assert books.grant(account, 5, "paid") == 5
    assert [entry.amount for entry in books.ledger(account)] == [20, *[-1] * 20, 5]
    assert [count for _, _, count in books.used(account)] == [20]


def test_what_came_to_nothing_may_be_sent_again(deaf: Records, account: str, tmp_path: Path) -> None:
    repeated = Idempotency(deaf, LocalBlobs(tmp_path))
    for _ in range(2):
        lease = repeated.begin(account, "a", REQUEST)
        assert isinstance(lease, Lease)
        repeated.abandon(lease)
    assert isinstance(repeated.begin(account, "a", hashlib.sha256(b"another").hexdigest()), Lease)


def test_a_person_registers_and_signs_in(deaf: Records, tmp_path: Path) -> None:
    people = People(deaf)
    subject = people.register("anna@example.org", PASSWORD)
    with pytest.raises(SignInRefusedError, match="already"):
        people.register("anna@example.org", PASSWORD)
    with pytest.raises(SignInRefusedError, match="wrong"):
        people.sign_in("anna@example.org", "another password")
    assert people.sign_in("anna@example.org", PASSWORD) == subject
    issuer = Issuer(deaf, people, tmp_path)
    for verifier in ("w" * 43, VERIFIER):
        code = issuer.code(subject, BACK, CHALLENGE)
        if verifier == VERIFIER:
            tokens = issuer.redeem(code, verifier, BACK)
        for _ in range(2):
            with pytest.raises(GrantRefusedError):
                issuer.redeem(code, verifier, BACK)
    assert issuer.refresh(tokens["refresh_token"])["access_token"]
    issuer.revoke(tokens["refresh_token"])
    with pytest.raises(GrantRefusedError):
        issuer.refresh(tokens["refresh_token"])
