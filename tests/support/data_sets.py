"""Labelled photographs for the few tests that compare with them, which are skipped where there are none."""

import os
from pathlib import Path

import pytest

from conftest import ROOT

DATA = Path(os.environ.get("RETINA_TEST_DATA", ROOT.parent / "shared" / "data"))
"""A folder with CHASE_DB1/ and HRF/."""


def photographs(name: str) -> list[Path]:
    """The photographs of a data set, or a skipped test."""
    folder = DATA / name / "images"
    if not folder.is_dir():
        pytest.skip(f"no labelled photographs in {DATA}: set RETINA_TEST_DATA to a folder with {name}/")
    return sorted(folder.iterdir())
