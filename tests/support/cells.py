"""Cells that a spreadsheet could run as a formula, and cells that it could not."""

import json

from conftest import ROOT

CASES = json.loads((ROOT / "tests" / "support" / "cells.json").read_text())  # the page is tested with the same
RISKY = [f"{before}{sign}1+cmd|' /C calc'!A0" for before in CASES["leading"] for sign in CASES["signs"]]
RISKY += CASES["risky"]
HARMLESS: list[str] = CASES["harmless"]
NUMBERS: list[str] = CASES["numbers"]
