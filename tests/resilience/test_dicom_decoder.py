"""DICOM files in the confined decoding process: the same pixels as outside, within the same limits."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT, decode
from retina.errors import PhotographError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.decoder import Decoder
from support.decoders import Peak, decoded
from support.dicom_specimens import compressed, native
from support.hostile_dicom import hostile

MIB = 2**20
MUTANTS = 360

MUTATE = """
import sys
from support.fuzzing import dicom_digests
dicom_digests(int(sys.argv[1]), sys.argv[2])
"""


def test_every_file_has_the_same_pixels_and_facts_as_in_this_process(decoder: Decoder, small_rgb: Rgb) -> None:
    for name, (data, _) in (native(small_rgb) | compressed(small_rgb)).items():
        ours, theirs = decode(data), decoded(decoder, data)
        assert np.array_equal(ours.rgb, theirs.rgb), name
        assert ours.facts == theirs.facts


def test_hostile_files_are_refused_and_take_little_memory(decoder: Decoder, small_rgb: Rgb) -> None:
    for name, data in hostile(small_rgb).items():
        with Peak(decoder) as peak, pytest.raises(PhotographError):
            pytest.fail(f"{name} was decoded: {decoded(decoder, data).rgb.shape}")
        assert peak.bytes < 900 * MIB, name


def test_no_pixel_is_left_unfilled(tmp_path: Path) -> None:
    """Mutated files are decoded twice, in memory that malloc fills with one value and with another."""
    running = []
    for value in ("85", "170"):
        environment = os.environ | {"MALLOC_PERTURB_": value, "PYTHONPATH": f"{ROOT / 'function'}:{ROOT / 'tests'}"}
        command = [sys.executable, "-W", "ignore", "-c", MUTATE, str(MUTANTS), str(tmp_path / value)]
        running.append(subprocess.Popen(command, env=environment))
    assert [process.wait() for process in running] == [0, 0]
    one, other = ((tmp_path / value).read_text().splitlines() for value in ("85", "170"))
    assert len(one) >= MUTANTS
    assert [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]] == []
    assert len([line for line in one if not line.endswith("Error")]) > MUTANTS / 10
