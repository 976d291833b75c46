"""Writes that succeeded but whose replies were lost: they are retried without any visible effect. Both stores."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from retina.accounts.idempotency import Idempotency, Lease
from retina.accounts.ledger import Credits
from retina.auth.local.attempts import Attempts
from retina.auth.local.issuer import Issuer
from retina.auth.local.people import People
from retina.batches.admission import Allowance
from retina.batches.claims import Claims
from retina.batches.records import Order
from retina.batches.schemas import Counts, Outcome
from retina.batches.service import Batches
from retina.errors import (
    GrantRefusedError,
    KeyRefusedError,
    NotFoundError,
    OutOfCreditsError,
    SignInRefusedError,
)
from retina.exports.records import Part
from retina.exports.service import Exports
from retina.history.records import Labels
from retina.history.service import History
from retina.history.stored_bytes import StoredBytes
from retina.imaging.schemas import (
    Box,
    Findings,
    MeasurementValues,
    ModelName,
    PhotographFacts,
    Quality,
)
from retina.queue.sqlite import LocalQueue
from retina.storage.local import LocalBlobs, LocalUploads
from retina.storage.records import (
    Change,
    Put,
    Records,
    ensure,
)
from support.account import accounts_of
from support.waiting import copies_in

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
    return accounts_of(deaf, 20).of_user("https://issuer.example", "anna")


def test_an_account_is_created_once(records: Records, deaf: Records, account: str) -> None:
    assert accounts_of(records, 20).of_user("https://issuer.example", "anna") == account
    assert [entry.amount for entry in Credits(deaf).ledger(account)] == [20]
    assert Credits(deaf).balance(account) == 20


def test_a_key_is_created_once_and_revoked(deaf: Records, account: str) -> None:
    accounts = accounts_of(deaf, 20)
    key, text = accounts.make_key(account, "Clinic")
    assert accounts.keys(account) == [key]
    assert accounts.of_key(text) == (account, key)
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


def test_a_failed_request_may_be_retried(deaf: Records, account: str, tmp_path: Path) -> None:
    repeated = Idempotency(deaf, LocalBlobs(tmp_path))
    for _ in range(2):
        lease = repeated.begin(account, "a", REQUEST)
        assert isinstance(lease, Lease)
        repeated.abandon(lease)
    assert isinstance(repeated.begin(account, "a", hashlib.sha256(b"another").hexdigest()), Lease)


def test_a_person_registers_and_signs_in(deaf: Records, tmp_path: Path) -> None:
    people = People(deaf, Attempts(deaf, tmp_path))
    subject = people.register("anna@example.org", PASSWORD)
    with pytest.raises(SignInRefusedError, match="No account can be created"):
        people.register("anna@example.org", "another secret one")
    assert people.register("anna@example.org", PASSWORD) == subject, "who has an account signs in, wherever they click"
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


def test_a_batch_is_created_processed_retried_and_deleted(
    deaf: Records, account: str, queue: LocalQueue, tmp_path: Path
) -> None:
    credits = Credits(deaf)
    uploads, copies, allowance = LocalUploads(tmp_path, 1000), copies_in(deaf, tmp_path), Allowance(10, 10_000, 1000)
    batches = Batches(deaf, LocalBlobs(tmp_path), uploads, queue, credits, copies, allowance)
    claims = Claims(deaf, credits)
    batch = batches.create(account, "k", [("a", 1), ("b", 1), ("c", 1)], Order(("mask",)), {})

    def counts() -> Counts:
        return batches.items.counts(batches.get(account, batch.id))

    for number, outcome in enumerate((Outcome(status="done"), Outcome(status="failed"), Outcome(status="rejected"))):
        claim = claims.begin(batch.id, number)
        assert claim is not None
        assert claims.finish(claim, outcome)
        assert claims.begin(batch.id, number) is None
    assert (counts().done, counts().failed, counts().rejected, credits.balance(account)) == (1, 1, 1, 19)
    batch = batches.retry(batches.cancel(batch))
    assert (counts().done, counts().failed, counts().rejected, counts().waiting) == (1, 0, 1, 1)
    batches.delete(batch)
    with pytest.raises(NotFoundError):
        batches.get(account, batch.id)
    assert batches.of(account, 10) == ([], None)


def test_a_prediction_is_saved_labelled_and_deleted_with_its_pictures(
    deaf: Records, account: str, tmp_path: Path
) -> None:
    blobs = LocalBlobs(tmp_path)
    stored = StoredBytes(deaf, Credits(deaf), 3)
    history = History(deaf, blobs, copies_in(deaf, tmp_path), stored)
    findings = Findings(
        id="1" * 32,
        model=ModelName(name="unet", sha256="0" * 64),
        threshold=0.5,
        canvas="512x512",
        flips=False,
        photograph=PhotographFacts(
            width=1, height=1, field_of_view=Box(left=0, top=0, width=1, height=1), sha256="0" * 64
        ),
        quality=Quality(
            field_of_view="disc", roundness=1, fundus_like=True, expected_dice=None, expected_dice_error=None
        ),
        measurements=MeasurementValues(vascular_density=0.1),
    )
    mark, *others = history.prepare(account, findings, Labels(), {"photograph": b"1", "mask": b"2"})
    assert isinstance(mark, Put)
    ensure(deaf, mark, *others)
    assert stored.limits(account).bytes == 2
    changed = history.label(account, findings.id, lambda labels: Labels(subject="P-1"))
    assert history.get(account, findings.id) == changed
    assert [saved.id for saved in history.of(account, subject="P-1")[0]] == [findings.id]
    history.delete(account, findings.id)
    assert stored.limits(account).bytes == 0
    assert (history.of(account), blobs.read(changed.key_of("photograph")), blobs.read(changed.key_of("mask"))) == (
        ([], None),
        None,
        None,
    )


def test_an_export_is_created(deaf: Records, account: str, queue: LocalQueue, tmp_path: Path) -> None:
    exports = Exports(deaf, LocalBlobs(tmp_path), queue)
    export = exports.create(account, "")
    begun = exports.begin(export.id)
    assert begun is not None
    exports.add(exports.add(begun, Part("exports/1", 7), "place"), Part("exports/2", 5), None)
    assert (exports.get(account, export.id).state, exports.get(account, export.id).bytes) == ("ready", 12)
    assert exports.delete_all(account) == 1
