"""Decoding mutated files never yields pixels from uninitialised memory."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

MUTANTS = 1600


MUTATE = """
import sys
from support.fuzzing import digests
digests(int(sys.argv[1]), sys.argv[2])
"""


def test_no_pixel_is_left_unfilled(tmp_path: Path) -> None:
    """Thousands of mutated files are decoded twice, in memory that malloc fills with one value and with another."""
    running = []
    for value in ("85", "170"):
        environment = os.environ | {"MALLOC_PERTURB_": value, "PYTHONPATH": f"{ROOT / 'function'}:{ROOT / 'tests'}"}
        command = [sys.executable, "-c", MUTATE, str(MUTANTS), str(tmp_path / value)]
        running.append(subprocess.Popen(command, env=environment))
    assert [process.wait() for process in running] == [0, 0]
    one, other = ((tmp_path / value).read_text().splitlines() for value in ("85", "170"))
    assert len(one) >= MUTANTS
    assert [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]] == []
    # PNG and WebP are not among them: what is damaged shows.
    accepted = [line for line in one if not line.endswith("Error")]
    assert len(accepted) > MUTANTS / 10
    assert {line.split(":")[0] for line in accepted} >= {"jpeg", "tiff", "12-bit colour tiff", "gif"}
