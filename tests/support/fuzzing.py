"""Mutated files of every format, decoded as the service decodes them; the result of each is written down."""

import hashlib
import sys
from pathlib import Path

import numpy as np

from conftest import SAMPLE, decode
from retina.errors import PhotographError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding import decoder as decoders
from retina.imaging.decoding import opened
from retina.imaging.field_of_view import FieldOfView
from support.dicom_specimens import compressed, native
from support.specimens import readable

WITHOUT_MEMORY_AT_HAND = """
import sys
from retina.imaging.decoding import process
process.READY_MEMORY, process._warm_up = 1, lambda: None
process.main(int(sys.argv[1]))
"""
"""To provide it and to write to it takes longer than to decode a small file."""


NOT_SOUGHT = FieldOfView(0, 0, 1, 1, np.zeros((4, 2), np.int32), "whole", 0.0)
"""A photograph's field of view: it is looked for once the pixels are there, and says nothing about them."""


def digests(count: int, out: str) -> None:
    """A line for each of `count` mutants: the form, its number, and the pixels' digest or the error's name."""
    _write_digests(readable(_small()), count, out)


def dicom_digests(count: int, out: str) -> None:
    """The same for DICOM files."""
    rgb = _small()
    _write_digests({name: data for name, (data, _) in (native(rgb) | compressed(rgb)).items()}, count, out)


def _small() -> Rgb:
    return np.ascontiguousarray(decode(SAMPLE.read_bytes()).rgb[::14, ::14])


def _write_digests(forms: dict[str, bytes], count: int, out: str) -> None:
    decoders.ENVIRONMENT = (*decoders.ENVIRONMENT, "MALLOC_PERTURB_")
    setattr(opened, "find_field_of_view", lambda rgb: NOT_SOUGHT)
    decoders.PROGRAM = [sys.executable, "-c", WITHOUT_MEMORY_AT_HAND]
    decoder = decoders.Decoder()
    lines = []
    for name, data in forms.items():
        random = np.random.default_rng(len(data))
        for number in range(-(-count // len(forms))):
            mutant = _mutated(np.frombuffer(data, np.uint8), random)
            try:
                with decoder.photograph(mutant, max_pixels=10**6, min_side=8) as photograph:
                    found = hashlib.sha256(photograph.rgb.tobytes()).hexdigest()
            except PhotographError as error:
                found = type(error).__name__
            lines.append(f"{name}:{number} {found}")
    decoder.stop()
    Path(out).write_text("\n".join(lines))


def _mutated(data: np.ndarray[tuple[int], np.dtype[np.uint8]], random: np.random.Generator) -> bytes:
    """Cut off, or some bytes changed: anywhere, at the beginning or at the end."""
    way = random.integers(0, 4)
    if way == 0:
        return data[: random.integers(1, len(data))].tobytes()
    changed = data.copy()
    where = random.integers(0, len(data) if way == 1 else min(len(data), 600), random.integers(1, 9))
    changed[len(data) - 1 - where if way == 3 else where] = random.integers(0, 256, len(where))
    return changed.tobytes()
