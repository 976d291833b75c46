"""The audit log: entries are added, read and expire, but never change."""

import errno
import logging
import re
import sqlite3
import time
from typing import Any

import pytest

from conftest import ROOT
from retina.__main__ import main
from retina.accounts.audit import (
    ACTIONS,
    AGAIN_SECONDS,
    LOCAL,
    Audit,
)
from retina.storage.records import ConditionError, Records
from support.house import House, problem

ACCOUNT, OTHER = "a" * 32, "b" * 32
VIEWER = "203.0.113.7"


@pytest.fixture
def audit(records: Records) -> Audit:
    return Audit(records, 365, "hash")


def test_entries_are_listed_newest_first_in_pages_and_by_account(audit: Audit) -> None:
    for number in range(5):
        audit.note(ACCOUNT, "prediction.changed", str(number), "key", VIEWER)
    audit.note(OTHER, "key.made", "theirs")
    first, place = audit.of(ACCOUNT, 3)
    rest, end = audit.of(ACCOUNT, 3, place)
    assert [entry.record for entry in first + rest] == ["4", "3", "2", "1", "0"]
    assert end is None
    assert {(entry.action, entry.caller) for entry in first} == {("prediction.changed", "key")}
    assert first[0].time >= rest[-1].time
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", first[0].time)
    assert [entry.record for entry in audit.of(OTHER, 3)[0]] == ["theirs"]
    assert audit.of("c" * 32, 3) == ([], None)


def test_addresses_are_stored_as_configured(records: Records) -> None:
    hashed = Audit(records, 365, "hash")
    for log in (hashed, Audit(records, 365, "hash"), Audit(records, 365, "plain"), Audit(records, 365, "none")):
        log.note(ACCOUNT, "batch.made", address=VIEWER)
    none, plain, again, first = (entry.address for entry in hashed.of(ACCOUNT, 9)[0])
    assert (none, plain) == ("", VIEWER)
    assert again == first, "another process, the same key"
    assert re.fullmatch("[0-9a-f]{16}", first)
    hashed.note(ACCOUNT, "batch.made", address="203.0.113.8")
    hashed.note(OTHER, "batch.made", address=VIEWER)
    hashed.note(ACCOUNT, "batch.made", address=None)
    assert hashed.of(ACCOUNT, 1)[0][0].address == LOCAL
    assert hashed.of(ACCOUNT, 2)[0][1].address != first
    assert hashed.of(OTHER, 1)[0][0].address != first, "nobody learns that two accounts are used from one address"


def test_an_entry_expires_and_cannot_be_overwritten(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = Audit(records, 2, "none")
    new = audit.entry(ACCOUNT, "batch.deleted", "1")
    records.write(new)
    with pytest.raises(ConditionError):
        records.write(new)
    assert new.expires is not None
    assert abs(new.expires - time.time() - 2 * 24 * 3600) < 60
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 2 * 24 * 3600 - 60)
    assert len(audit.of(ACCOUNT, 9)[0]) == 1
    monkeypatch.setattr(time, "time", lambda: now + 2 * 24 * 3600 + 60)
    assert audit.of(ACCOUNT, 9) == ([], None)


def test_repeated_views_are_logged_once_a_minute_and_changes_every_time(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        audit.seen(ACCOUNT, "prediction.seen", "1", "", VIEWER)
        audit.note(ACCOUNT, "prediction.changed", "1", "", VIEWER)
    for other in (("2", "", VIEWER), ("1", "key", VIEWER), ("1", "", "203.0.113.8")):
        audit.seen(ACCOUNT, "prediction.seen", *other)
    counted = [entry.action for entry in audit.of(ACCOUNT, 99)[0]]
    assert (counted.count("prediction.seen"), counted.count("prediction.changed")) == (4, 3)
    later = time.monotonic() + AGAIN_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    audit.seen(ACCOUNT, "prediction.seen", "1", "", VIEWER)
    assert len(audit.of(ACCOUNT, 99)[0]) == 8


class Broken:
    """Records that cannot be written."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def write(self, *changes: Any) -> None:
        raise self._error


def _full() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize("error", [_full(), OSError(errno.ENOSPC, "no space")])
def test_a_full_disk_stops_changes_but_not_reads_and_lost_entries_are_logged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    audit = Audit(Broken(error), 365, "none")  # type: ignore[arg-type]
    with caplog.at_level(logging.ERROR, "retina.accounts.audit"):
        audit.seen(ACCOUNT, "prediction.seen", "1")
    assert ACCOUNT in caplog.text
    assert "prediction.seen" in caplog.text
    with pytest.raises(type(error)):
        audit.note(ACCOUNT, "prediction.changed", "1")


def test_any_other_failure_stops_reads_too() -> None:
    audit = Audit(Broken(sqlite3.OperationalError("disk I/O error")), 365, "none")  # type: ignore[arg-type]
    with pytest.raises(sqlite3.OperationalError):
        audit.seen(ACCOUNT, "prediction.seen", "1")


def test_only_the_audit_module_writes_its_partition_and_only_appends() -> None:
    sources = {path: path.read_text() for path in (ROOT / "function").rglob("*.py")}
    assert [path.name for path, text in sources.items() if re.search(r"[\"']audit:", text)] == ["audit.py"]
    own = sources[ROOT / "function" / "retina" / "accounts" / "audit.py"]
    assert not re.search(r"\b(Delete|Add)\(", own)
    assert own.count("Put(") == 1, "an entry, where there is none"
    assert own.count(", NEW") == 1


def test_the_api_only_reads_it(house: House) -> None:
    paths = {path: methods for path, methods in house.app.openapi()["paths"].items() if "audit" in path}
    assert {path: [*methods] for path, methods in paths.items()} == {"/api/v1/audit": ["get"]}
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert house.client.request(method, "/api/v1/audit", headers=house.person(method)).status_code == 405


def test_users_read_only_their_own_entries_and_keys_none(house: House) -> None:
    anna, berta = house.person(), house.person("berta")
    house.services.audit.note(house.account(anna), "batch.deleted", "1")
    mine = house.client.get("/api/v1/audit", headers=anna).json()
    assert "batch.deleted" in [entry["action"] for entry in mine["entries"]]
    theirs = house.client.get("/api/v1/audit", headers=berta).json()
    assert "batch.deleted" not in [entry["action"] for entry in theirs["entries"]]
    assert problem(house.client.get("/api/v1/audit")) == (401, "sign_in_required")
    assert problem(house.client.get("/api/v1/audit", headers=house.key(anna))) == (403, "person_required")
    page = house.client.get("/api/v1/audit?limit=1", headers=anna).json()
    assert len(page["entries"]) == 1
    rest = house.client.get("/api/v1/audit", params={"cursor": page["next"]}, headers=anna).json()
    assert rest["entries"][0] not in page["entries"]


def test_the_operator_reads_it_by_command_line(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = house.account(house.person())
    house.services.audit.note(account, "key.revoked", "5f4d", "", VIEWER)
    monkeypatch.setenv("RETINA_DATA", str(house.data))
    if house.settings.table:
        monkeypatch.setenv("RETINA_TABLE", house.settings.table)
    assert main(["audit", account]) == 0
    assert re.search(r"Z  key\.revoked +5f4d +- +[0-9a-f]{16}\n", capsys.readouterr().out)
    assert main(["audit", "Anna@example.org"]) == 0
    assert "key.revoked" in capsys.readouterr().out
    for unknown, sentence in (("unknown", "no entries for 'unknown'"), ("nobody@example.org", "No account has the")):
        assert main(["audit", unknown]) == 2
        said = capsys.readouterr()
        assert sentence in said.err
        assert not said.out


def test_every_action_names_a_resource_and_a_verb() -> None:
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", action) for action in ACTIONS)
    assert [*ACTIONS] == sorted(ACTIONS)


def test_the_page_has_words_for_every_action() -> None:
    text = (ROOT / "site" / "js" / "account" / "audit-log.js").read_text()
    assert sorted(re.findall(r"'([a-z_]+\.[a-z_]+)':", text)) == [*ACTIONS]
