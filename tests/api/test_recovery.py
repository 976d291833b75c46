"""Deleted data stays in the table's backups for a while, and every place where users delete says so."""

import re
from pathlib import Path

import pytest

from conftest import ROOT
from infra.settings import StackSettings
from support.house import House

DAYS = f"{StackSettings().recovery_days} days"


def test_every_route_that_deletes_user_data_says_how_long_backups_hold_it(tmp_path: Path) -> None:
    paths = House(tmp_path).app.openapi()["paths"]
    for path in ("/api/v1/predictions/{id}", "/api/v1/batches/{id}", "/api/v1/account"):
        assert DAYS in paths[path]["delete"]["description"], path


@pytest.mark.parametrize("file", ["site/js/history/record.js", "site/js/batches/batch.js", "site/js/pages/account.js"])
def test_every_deletion_dialog_says_how_long_backups_last(file: str) -> None:
    assert DAYS in (ROOT / "site" / "js" / "ui" / "confirm.js").read_text()
    assert len(re.findall(r"\bBACKUPS\b", (ROOT / file).read_text())) > 1, "imported and said"


@pytest.mark.parametrize("file", ["site/account.html", "docs/accounts.md", "docs/deploying.md"])
def test_every_document_says_how_long_backups_last(file: str) -> None:
    assert DAYS in (ROOT / file).read_text()
