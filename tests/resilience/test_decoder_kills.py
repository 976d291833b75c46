"""A decoding process that is killed, stops or does not start costs at most the photograph that it had."""

import contextlib
import os
import select
import signal
import sys
import threading
from pathlib import Path

import psutil
import pytest

from retina.errors import (
    BusyError,
    CallerLeftError,
    PhotographUnreadableError,
)
from retina.imaging import pipeline
from retina.imaging.arrays import Rgb
from retina.imaging.decoding import child as decoding_child
from retina.imaging.decoding import decoder as decoders
from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.decoding.decoder import Decoder
from support.decoders import PATIENT, decoded
from support.house import BATCHES, House
from support.specimens import readable

pytestmark = pytest.mark.kills


def test_a_process_that_is_killed_costs_only_its_own_photograph(small_rgb: Rgb) -> None:
    data, made = readable(small_rgb)["jpeg"], Decoder()
    with pytest.raises(PhotographUnreadableError), made.opened(data, max_pixels=10**6, min_side=64) as opened:  # noqa: PT012 - it is raised when the file is closed, too
        assert opened._child.pid
        os.kill(opened._child.pid, signal.SIGKILL)
        opened.photograph()
    assert decoded(made, data).rgb.shape == small_rgb.shape
    made.stop()


@pytest.mark.parametrize("kill", ["spare", "program", "both"])
def test_processes_that_are_killed_while_they_wait_cost_no_photograph(small_rgb: Rgb, kill: str) -> None:
    """When memory runs out, the kernel takes them first."""
    data, made = readable(small_rgb)["jpeg"], Decoder()
    for _ in range(3):
        assert decoded(made, data).rgb.shape == small_rgb.shape
        while not all(select.select([spare], [], [], 30)[0] for spare in made._spare):
            pass  # they have said that they wait
        assert made._process
        program = psutil.Process(made._process.pid)
        waiting = program.children()
        for process_ in [*(waiting if kill != "program" else []), *([program] if kill != "spare" else [])]:
            with contextlib.suppress(psutil.NoSuchProcess):  # one that had the photograph may be gone by now
                process_.kill()
        psutil.wait_procs(waiting, timeout=10)  # they end with the program, too
    assert decoded(made, data).rgb.shape == small_rgb.shape
    made.stop()


def test_a_program_that_is_killed_amid_a_photograph_is_no_fault_of_the_photograph(small_rgb: Rgb) -> None:
    data, made = readable(small_rgb)["jpeg"], Decoder()
    with pytest.raises(BusyError), made.opened(data, max_pixels=10**6, min_side=64) as opened:  # noqa: PT012 - it is raised when the file is closed, too
        assert made._process
        made._process.kill()
        made._process.wait()
        opened.photograph()
    assert decoded(made, data).rgb.shape == small_rgb.shape
    made.stop()


def test_a_process_that_does_not_run_is_given_up(small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch) -> None:
    data, made = readable(small_rgb)["jpeg"], Decoder()
    decoded(made, data)
    monkeypatch.setattr(decoding_child, "SILENT_SECONDS", 5)
    with pytest.raises(BusyError), made.opened(data, max_pixels=10**6, min_side=64) as opened:  # noqa: PT012 - it is raised when the file is closed, too
        assert opened._child.pid
        os.kill(opened._child.pid, signal.SIGSTOP)
        opened.photograph()
    made.stop()


def test_a_program_that_does_not_start_is_no_fault_of_the_photograph(
    small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders, "PROGRAM", [sys.executable, "-c", "raise SystemExit(1)"])
    with pytest.raises(BusyError):
        decoded(Decoder(), readable(small_rgb)["jpeg"])


def test_an_abandoned_photograph_is_given_up(small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "PROGRAM", [sys.executable, "-c", PATIENT.format("import time; time.sleep(30)")])
    made, abandoned = Decoder(), Abandoned()
    threading.Timer(1, abandoned.abandon).start()
    with pytest.raises(CallerLeftError):
        decoded(made, readable(small_rgb)["png"], abandoned=abandoned)
    with pytest.raises(CallerLeftError):
        decoded(made, readable(small_rgb)["png"], abandoned=abandoned)
    made.stop()


def test_a_batch_rejects_once_what_had_to_be_ended(
    tmp_path: Path, tiny: bytes, small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would not do better a second time, and costs no credit."""
    monkeypatch.setattr(decoders, "PROGRAM", [sys.executable, "-c", PATIENT.format("while image.width > 300: pass")])
    made = Decoder()
    monkeypatch.setattr(pipeline, "decoder", lambda: made)
    house = House(tmp_path)
    anna = house.person()
    endless = readable(small_rgb)["jpeg"]
    files = [{"name": f"{number}.jpg", "size": len(data)} for number, data in enumerate((endless, tiny))]
    batch = house.client.post(BATCHES, json={"items": files}, headers=anna).raise_for_status().json()
    for number, data in enumerate((endless, tiny)):
        assert house.send(batch["upload"], str(number), data).status_code == 204
    attempts: list[tuple[str, int]] = []
    plain = house.work

    def work(key: str, attempt: int) -> None:
        attempts.append((key[-1], attempt))
        plain(key, attempt)

    house.work = work  # type: ignore[assignment]
    house.work_off()
    items = house.client.get(f"{BATCHES}/{batch['id']}/items", headers=anna).json()["items"]
    assert [(item["state"], item["code"]) for item in items] == [("rejected", "photograph_unreadable"), ("done", "")]
    assert attempts == [("0", 1), ("1", 1)]
    assert house.credits(anna) == 19
    made.stop()
