"""What is stored for a request counts if and only if its changes are written: in SQLite and in DynamoDB alike."""

import hashlib
from pathlib import Path

import pytest

from retina.accounts.idempotency import Idempotency, Lease
from retina.accounts.leases import held
from retina.errors import OutOfCreditsError, RequestInProgressError
from retina.storage.local import RESULTS, LocalBlobs
from retina.storage.port import ANSWERS
from retina.storage.records import NEW, Key, Put, Records

ACCOUNT = "5" * 32
REQUEST = hashlib.sha256(b"request").hexdigest()


@pytest.fixture
def repeated(records: Records, tmp_path: Path) -> Idempotency:
    return Idempotency(records, LocalBlobs(tmp_path))


def begun(repeated: Idempotency) -> Lease:
    lease = repeated.begin(ACCOUNT, "a", REQUEST)
    assert isinstance(lease, Lease)
    return lease


def answers(folder: Path) -> list[bytes]:
    """Those that are stored."""
    return [path.read_bytes() for path in (folder / RESULTS / ANSWERS).rglob("*") if path.is_file()]


def test_the_stored_response_is_returned(records: Records, repeated: Idempotency, tmp_path: Path) -> None:
    with held(repeated, begun(repeated)) as store:
        records.write(*store(b"answer", "7" * 32))
        store(b"answer", None)  # as a transaction that is tried again does
    assert repeated.begin(ACCOUNT, "a", REQUEST) == b"answer"
    assert len(answers(tmp_path)) == 1
    assert repeated.forget_copies(ACCOUNT, "7" * 32) == 1


def test_nothing_remains_of_a_refused_request(repeated: Idempotency, tmp_path: Path) -> None:
    def refused() -> None:
        with held(repeated, begun(repeated)) as store:
            store(b"answer", None)
            raise OutOfCreditsError("There are none.")

    for _ in range(2):  # it may be sent again at once
        with pytest.raises(OutOfCreditsError):
            refused()
        assert answers(tmp_path) == []


def test_an_error_after_the_response_was_written_keeps_the_response(
    records: Records, repeated: Idempotency, tmp_path: Path
) -> None:
    def unheard() -> None:
        with held(repeated, begun(repeated)) as store:
            records.write(*store(b"answer", None))
            raise ConnectionError("the reply was lost")

    with pytest.raises(ConnectionError):
        unheard()
    assert repeated.begin(ACCOUNT, "a", REQUEST) == b"answer"


def test_after_a_conflict_the_caller_is_asked_to_retry(records: Records, repeated: Idempotency, tmp_path: Path) -> None:
    there = Put(Key("test", "a"), {}, NEW)
    records.write(there)

    def overtaken() -> None:
        with held(repeated, begun(repeated)) as store:
            records.write(there, *store(b"answer", None))

    with pytest.raises(RequestInProgressError):
        overtaken()
    assert answers(tmp_path) == []
    begun(repeated)


def test_without_a_key_nothing_is_stored(repeated: Idempotency, tmp_path: Path) -> None:
    with held(repeated, None) as store:
        assert store(b"answer", "7" * 32) == []
    assert answers(tmp_path) == []
