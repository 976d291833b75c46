"""Strangers' files are decoded in processes of their own, which hold nothing else and can be ended."""

import ctypes
import errno
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from conftest import AS_ROOT, ROOT, decode
from retina.errors import (
    STATUS,
    BusyError,
    CallerLeftError,
    PhotographError,
    PhotographUnreadableError,
    TooManyPixelsError,
)
from retina.imaging import pipeline
from retina.imaging.arrays import Rgb
from retina.imaging.decoding import child as decoding_child
from retina.imaging.decoding import decoder as decoders
from retina.imaging.decoding import header, process
from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.decoding.decoder import Decoder
from retina.imaging.photograph import Photograph
from support.hostile import hostile
from support.house import BATCHES, House
from support.specimens import readable, refused

MIB = 2**20


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    made = Decoder()
    made.start()
    yield made
    made.stop()


def decoded(decoder: Decoder, data: bytes, abandoned: Abandoned | None = None) -> Photograph:
    with decoder.opened(data, max_pixels=64_000_000, min_side=64, abandoned=abandoned) as opened:
        return opened.photograph()


def children(decoder: Decoder) -> list[psutil.Process]:
    """The processes that wait for a file, or have one."""
    try:
        return psutil.Process(decoder._process.pid).children() if decoder._process else []
    except psutil.Error:  # it has ended
        return []


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


class Peak:
    """The most memory of any process that a decoder gave a file."""

    bytes = 0

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder

    def __enter__(self) -> "Peak":
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._ended.wait(0.01):
            for child in children(self._decoder):
                try:
                    self.bytes = max(self.bytes, child.memory_info().rss)
                except psutil.Error:
                    continue

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


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


PATIENT = """
import sys
from retina.imaging.decoding import process
plain, process.PIXELS_SECONDS = process.stored_pixels, 0.2
def stored_pixels(image, data):
    if image.width > process.SIDE:
        {}
    return plain(image, data)
process.stored_pixels = stored_pixels
process.main(int(sys.argv[1]))
"""


def test_no_process_reads_two_files_and_none_is_left(small_rgb: Rgb) -> None:
    made, data = Decoder(), readable(small_rgb)["png"]
    made.start()
    seen = []
    for _ in range(5):
        with made.opened(data, max_pixels=10**6, min_side=64) as opened:
            seen.append(opened._child.pid)
    assert len({*seen}) == 5
    for pid in seen:
        for _ in range(200):
            if not psutil.pid_exists(pid or 0):
                break
            time.sleep(0.01)
        assert not psutil.pid_exists(pid or 0)
    program = made._process
    assert program
    made.stop()
    assert program.returncode is not None


@AS_ROOT
def test_nothing_of_one_photograph_is_in_the_process_of_the_next(decoder: Decoder, small_rgb: Rgb) -> None:
    """The processes that wait for a file were forked by one that never had any: their memory is looked through."""
    planted = np.random.default_rng(1).integers(0, 256, (128, 128, 3), np.uint8)
    decoded(decoder, readable(planted)["bmp"])
    assert all(select.select([waiting], [], [], 30)[0] for waiting in decoder._spare), "they have said that they wait"
    spare = [child for child in children(decoder) if _memory_of(child.pid)]
    assert len(spare) >= 2
    rows = [planted[row].tobytes() for row in (3, 64, 100)]
    for child in spare:
        memory = _memory_of(child.pid)
        if not memory:  # it has ended meanwhile
            continue
        assert header.DAMAGED.encode() in memory, "what is in its memory is found"
        assert not any(row in memory for row in rows)


def _memory_of(pid: int) -> bytes:
    """What a process can write to; what has gone meanwhile is left out."""
    found: list[bytes] = []
    if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
        return b""
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:  # noqa: PTH123
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, rights = line.split()[:2]
            begin, end = (int(text, 16) for text in place.split("-"))
            if rights.startswith("rw") and end - begin < 256 * MIB:
                try:
                    memory.seek(begin)
                    found.append(memory.read(end - begin))
                except OSError:
                    continue
    return b"".join(found)


@AS_ROOT
def test_the_processes_have_no_credentials(small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-secret")
    monkeypatch.setenv("RETINA_PROXY_PROOF", "planted-secret")
    made = Decoder()
    made.start()
    decoded(made, readable(small_rgb)["jpeg"])
    assert made._process
    assert b"planted-secret" not in Path(f"/proc/{made._process.pid}/environ").read_bytes()
    made.stop()


HIDDEN = """
import os, select, subprocess
from retina.imaging.decoding.decoder import Decoder
plain = subprocess.Popen(["sleep", "60"])
made = Decoder()
def readable(pid):
    command = ["cat", f"/proc/{pid}/environ"]
    return not subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
before = readable(os.getpid())
made.start()
assert all(select.select([spare], [], [], 60)[0] for spare in made._spare)
waiting = subprocess.run(["pgrep", "-P", str(made._process.pid)], capture_output=True, text=True).stdout.split()
print(before, readable(plain.pid), len(waiting) > 0)
print(*map(readable, [os.getpid(), made._process.pid, *waiting]))
made.stop()
plain.kill()
"""


def as_anybody() -> None:
    """Without root's rights to read every process: PR_CAPBSET_DROP of CAP_SYS_PTRACE, CAP_PERFMON, CAP_SYS_ADMIN."""
    for capability in (19, 38, 21):
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def test_no_process_of_the_same_user_reads_the_memory_of_ours() -> None:
    """Neither of the service, which has the credentials, nor of the processes that have somebody's photograph."""
    environment = {"PYTHONPATH": str(ROOT / "function"), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", HIDDEN]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, preexec_fn=as_anybody)
    others, ours = answer.stdout.splitlines()
    assert others == "True True True"
    assert "True" not in ours
    assert len(ours.split()) > 2


CONFINED = """
import os, socket, subprocess
from retina.imaging.decoding import confinement
confinement.give_up_rights()
confinement.limit_memory(confinement_size + 2**24)
for attempt in (lambda: open("/etc/passwd"), socket.socket, lambda: os.open("/tmp/x", os.O_CREAT | os.O_WRONLY),
                lambda: bytearray(2**26), lambda: subprocess.run(["true"])):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__, getattr(error, "errno", ""))
    else:
        print("allowed")
"""


def test_a_confined_process_opens_no_file_and_no_connection() -> None:
    code = CONFINED.replace("confinement_size", "size").replace(
        "confinement.give_up_rights()", "size = confinement.address_space()\nconfinement.give_up_rights()"
    )
    environment = {"PYTHONPATH": str(ROOT / "function")}
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout.split("\n")[:3] == [f"OSError {errno.EMFILE}"] * 3
    assert answer.stdout.split("\n")[3].startswith("MemoryError")
    assert "allowed" not in answer.stdout


def test_a_process_that_is_killed_costs_only_its_own_photograph(small_rgb: Rgb) -> None:
    data, made = readable(small_rgb)["jpeg"], Decoder()
    with pytest.raises(PhotographUnreadableError), made.opened(data, max_pixels=10**6, min_side=64) as opened:  # noqa: PT012
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
            process_.kill()
        psutil.wait_procs(waiting, timeout=10)  # they end with the program, too
    assert decoded(made, data).rgb.shape == small_rgb.shape
    made.stop()


def test_a_program_that_is_killed_amid_a_photograph_is_no_fault_of_the_photograph(small_rgb: Rgb) -> None:
    data, made = readable(small_rgb)["jpeg"], Decoder()
    with pytest.raises(BusyError), made.opened(data, max_pixels=10**6, min_side=64) as opened:  # noqa: PT012
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
    with pytest.raises(BusyError), made.opened(data, max_pixels=10**6, min_side=64) as opened:  # noqa: PT012
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
    accepted = [line for line in one if not line.endswith("Error")]
    assert len(accepted) > MUTANTS / 10
    assert {line.split(":")[0] for line in accepted} >= {"jpeg", "png", "tiff", "16-bit colour tiff", "webp", "gif"}


def test_scans_and_comments_are_counted(small_rgb: Rgb) -> None:
    """As many as any encoder writes are read."""
    header.refuse_laborious(readable(small_rgb)["progressive jpeg"])
    plain = b"P3\n# by a program\n100 100 # size\n255\n" + b"7 " * 30_000
    assert decode(plain).rgb.shape == (100, 100, 3)
    assert process.HEADER_SECONDS < 1


def test_it_speaks_over_a_socket_that_nobody_else_has(decoder: Decoder) -> None:
    assert decoder._control
    assert decoder._control.family == socket.AF_UNIX
    assert decoder._control.getsockname() == ""


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
