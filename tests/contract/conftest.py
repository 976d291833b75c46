"""Fixtures of the contract tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from retina.accounts.key_limits import KeyLimits
from retina.storage.records import Records
from support.keyed_account import Keyed


@pytest.fixture
def keyed(records: Records, tmp_path: Path) -> Callable[..., Keyed]:
    """Makes an account whose key may spend so many credits a day and a month."""
    return lambda day=None, month=None: Keyed(records, tmp_path, KeyLimits(day, month))
