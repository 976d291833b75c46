"""Decoding processes have no access to other photographs, credentials, files or the network."""

import ctypes
import errno
import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from conftest import AS_ROOT, ROOT
from retina.imaging.arrays import Rgb
from retina.imaging.decoding import damage
from retina.imaging.decoding.decoder import Decoder
from support.decoders import children, decoded
from support.processes import has_ended
from support.specimens import readable
from support.waiting import eventually

MIB = 2**20


def test_no_process_reads_two_files_and_none_is_left(small_rgb: Rgb) -> None:
    made, data = Decoder(), readable(small_rgb)["png"]
    made.start()
    seen = []
    for _ in range(5):
        with made.opened(data, max_pixels=10**6, min_side=64) as opened:
            seen.append(opened._child.pid)
    assert len({*seen}) == 5
    eventually(lambda: not any(psutil.pid_exists(pid or 0) for pid in seen))
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
        assert damage.DAMAGED.encode() in memory, "what is in its memory is found"
        assert not any(row in memory for row in rows)


def _memory_of(pid: int) -> bytes:
    """What a process can write to; what has gone meanwhile is left out."""
    found: list[bytes] = []
    if has_ended(pid):
        return b""
    try:
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
                place, rights = line.split()[:2]
                begin, end = (int(text, 16) for text in place.split("-"))
                if rights.startswith("rw") and end - begin < 256 * MIB:
                    try:
                        memory.seek(begin)
                        found.append(memory.read(end - begin))
                    except OSError:
                        continue
    except (FileNotFoundError, ProcessLookupError):  # it has ended since
        return b""
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
import psutil
from retina.imaging.decoding.decoder import Decoder
plain = subprocess.Popen(["sleep", "60"])
made = Decoder()
def readable(pid):
    command = ["cat", f"/proc/{pid}/environ"]
    return not subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
before = readable(os.getpid())
made.start()
assert all(select.select([spare], [], [], 60)[0] for spare in made._spare)
waiting = [child.pid for child in psutil.Process(made._process.pid).children()]
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


def test_it_speaks_over_a_socket_that_nobody_else_has(decoder: Decoder) -> None:
    assert decoder._control
    assert decoder._control.family == socket.AF_UNIX
    assert decoder._control.getsockname() == ""
