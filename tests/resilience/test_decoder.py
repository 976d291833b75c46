"""Photographs are decoded in separate processes, which hold nothing else and can be killed."""

import functools
import sys
import threading
import time

import numpy as np
import pytest

from conftest import decode
from retina.error_codes import STATUS
from retina.errors import (
    BusyError,
    PhotographError,
    PhotographUnreadableError,
    TooManyPixelsError,
)
from retina.imaging.arrays import Rgb
from retina.imaging.decoding import decoder as decoders
from retina.imaging.decoding import header, process
from retina.imaging.decoding.decoder import Decoder
from support.decoders import PATIENT, Peak, decoded
from support.hostile import hostile
from support.specimens import readable, refused

MIB = 2**20


def test_every_form_has_the_same_pixels_as_in_this_process(decoder: Decoder, small_rgb: Rgb) -> None:
    for name, data in readable(small_rgb).items():
        ours, theirs = decode(data), decoded(decoder, data)
        assert np.array_equal(ours.rgb, theirs.rgb), name
        assert ours.sha256 == theirs.sha256


def test_refused_files_name_the_same_reason(decoder: Decoder, small_rgb: Rgb) -> None:
    for name, (data, status, code) in refused(small_rgb).items():
        if code == "not_a_fundus_photograph":
            continue
        with pytest.raises(PhotographError) as caught:
            decoded(decoder, data)
        assert STATUS[type(caught.value)] == (status, code), name


HOSTILE = {"tiff that tells two sizes, the larger first": TooManyPixelsError}
AS_CHECKED = ("tiff that tells two sizes, of 16-bit colour", "tiff that tells two sizes, of 8-bit colour")
"""Both libraries take the smaller size, which was checked: no more is decoded."""


def test_hostile_files_are_refused_and_take_little_memory(decoder: Decoder, small_rgb: Rgb) -> None:
    for name, data in hostile(small_rgb).items():
        with Peak(decoder) as peak:
            if name in AS_CHECKED:
                assert decoded(decoder, data).rgb.shape == (200, 200, 3), name
                continue
            with pytest.raises(HOSTILE.get(name, PhotographUnreadableError)):
                decoded(decoder, data)
        assert peak.bytes < 900 * MIB, name


def test_what_takes_too_long_is_ended(small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its share of a core: whoever else is busy takes no photograph's time away."""
    monkeypatch.setattr(decoders, "PROGRAM", [sys.executable, "-c", PATIENT.format("while True: pass")])
    hasty = Decoder()
    with pytest.raises(PhotographUnreadableError):
        decoded(hasty, readable(small_rgb)["png"])
    hasty.stop()


def test_what_takes_too_much_memory_is_refused(small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "PROGRAM", [sys.executable, "-c", PATIENT.format("bytearray(2**30)")])
    greedy = Decoder()
    with Peak(greedy) as peak, pytest.raises(PhotographUnreadableError):
        decoded(greedy, readable(small_rgb)["png"])
    greedy.stop()
    assert peak.bytes < 300 * MIB


def test_only_files_that_take_long_are_laborious(
    decoder: Decoder, sample: bytes, small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    def takes_long(data: bytes) -> bool:
        noticed: list[bytes] = []
        laborious = functools.partial(noticed.append, data)
        with decoder.opened(data, max_pixels=10**7, min_side=64, laborious=laborious) as opened:
            opened.photograph()
        return bool(noticed)

    files = readable(small_rgb) | {"sample": sample}
    # Whoever shares a core may for once take several times the processor time.
    assert [name for name, data in files.items() if all(takes_long(data) for _ in range(3))] == []

    def refuse() -> None:
        raise BusyError("no place")

    patient = PATIENT.format("while True: pass").replace("0.2", "60")  # it is noticed before it is ended
    monkeypatch.setattr(decoders, "PROGRAM", [sys.executable, "-c", patient])
    hasty = Decoder()
    data = readable(small_rgb)["png"]
    with (
        pytest.raises(BusyError, match="no place"),
        hasty.opened(data, max_pixels=10**7, min_side=64, laborious=refuse) as opened,
    ):
        opened.photograph()
    hasty.stop()


def test_large_photographs_are_worked_on_one_at_a_time(
    decoder: Decoder, small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders, "LARGE_PIXELS", 1000)
    data, inside, most = readable(small_rgb)["jpeg"], 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with decoder.photograph(data, max_pixels=10**6, min_side=64):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.1)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_lying_process_is_not_believed(monkeypatch: pytest.MonkeyPatch, small_rgb: Rgb) -> None:
    """Whatever a process says once a file has taken it over, no more is allocated than the limit."""
    liar = """
import sys
from retina.imaging.decoding import process
plain = process._say
def say(caller, answer):
    if isinstance(answer, dict):
        answer = {"width": 10**6, "height": 10**6}
    plain(caller, answer)
process._say = say
process.main(int(sys.argv[1]))
"""
    monkeypatch.setattr(decoders, "PROGRAM", [sys.executable, "-c", liar])
    with pytest.raises(TooManyPixelsError):
        decoded(Decoder(), readable(small_rgb)["jpeg"])


def test_scans_and_comments_are_counted(small_rgb: Rgb) -> None:
    """As many as any encoder writes are read."""
    header.refuse_laborious(readable(small_rgb)["progressive jpeg"])
    plain = b"P3\n# by a program\n100 100 # size\n255\n" + b"7 " * 30_000
    assert decode(plain).rgb.shape == (100, 100, 3)
    assert process.HEADER_SECONDS < 1
