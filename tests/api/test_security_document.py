"""docs/security.md: every test that it names exists, and its numbers of days match the code."""

import re

import pytest

from conftest import ROOT
from infra.settings import StackSettings
from retina.accounts import idempotency, rate_limits, service, signup_credits
from retina.settings import Settings
from retina.storage.port import DAY, FORM_SECONDS, LINK_SECONDS, RETENTION_DAYS

TEXT = (ROOT / "docs" / "security.md").read_text()
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)


def test_every_threat_names_a_test() -> None:
    assert len(NAMED) > 30
    table = TEXT[TEXT.index("## Threats") : TEXT.index("## What is stored")]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 15
    for row in rows:
        assert "::" in row, row


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED)))
def test_every_test_named_exists(file: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (ROOT / "tests" / file).read_text(), re.MULTILINE)


def row(of: str) -> str:
    table = TEXT[TEXT.index("## What is stored") : TEXT.index("## What is encrypted")]
    [line] = [line for line in table.splitlines() if line.startswith("| ") and of in line.split(" | ")[0]]
    return line.split(" | ")[2]


def days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def test_the_numbers_of_days_are_those_of_the_code() -> None:
    for prefix, number in RETENTION_DAYS.items():
        assert days(number) in row(f"`{prefix}`"), prefix
    assert f"{idempotency.RETENTION_SECONDS // 3600} hours" in row("`answers/`")
    assert f"{service.TOKEN_SECONDS // 3600} hours" in row("that an account was closed")
    assert f"{2 * rate_limits.HOUR // 3600} hours; their salt 2 days" in row("hashes of callers' addresses")
    assert days(signup_credits.RETENTION_SECONDS // DAY) in row("a keyed hash of an email address")
    assert days(Settings().audit_days) in row("the audit log")
    stack = StackSettings()
    assert stack.audit_days == Settings().audit_days
    assert days(stack.recovery_days) in row("the table's backup")
    for log in ("the service's log", "access logs"):
        assert days(stack.log_days) in row(log)
    assert f"{FORM_SECONDS // 60} minutes" in TEXT
    assert f"works for {LINK_SECONDS // 60} minutes" in TEXT


def test_every_setting_named_exists() -> None:
    ours = {f"RETINA_{name.upper()}" for name in Settings.model_fields}
    stack = {f"RETINA_STACK_{name.upper()}" for name in StackSettings.model_fields}
    assert set(re.findall(r"RETINA_[A-Z_]+", TEXT)) <= ours | stack
