"""Creating an interpreter says nothing but errors."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import SHIPPED
from retina.imaging import interpreter
from retina.imaging.interpreter import ANNOUNCEMENT, allocated

NETWORK = SHIPPED.with_name("field_of_view.tflite")

SAID = f"""
import os, sys, threading
from pathlib import Path
from retina.imaging import interpreter
network = Path({str(NETWORK)!r}).read_bytes()
threads = [threading.Thread(target=interpreter.allocated, args=(network,)) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
os.write(2, b"written later")
"""


def test_the_runtime_does_not_announce_its_delegate() -> None:
    ran = subprocess.run([sys.executable, "-c", SAID], capture_output=True, check=True, env=_environment())
    assert ran.stderr == b"written later"


@pytest.mark.slow
def test_it_still_works_without_an_error_output() -> None:
    closed = "import os; os.close(2)\n" + SAID.replace('os.write(2, b"written later")', "print('done')")
    ran = subprocess.run([sys.executable, "-c", closed], stdout=subprocess.PIPE, check=True, env=_environment())
    assert ran.stdout.strip() == b"done"


@pytest.mark.parametrize("error", [None, RuntimeError])
def test_what_else_is_said_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: type[Exception] | None
) -> None:
    def say(network: bytes, shape: object, threads: int) -> None:
        os.write(2, b"ERROR: a node failed\n" + ANNOUNCEMENT + b"WARNING: slow\n")
        if error:
            raise error("cannot be allocated")

    monkeypatch.setattr(interpreter, "_announced", False)
    monkeypatch.setattr(interpreter, "_allocated", say)
    if error:
        with pytest.raises(error):
            allocated(b"")
    else:
        allocated(b"")
    assert capfd.readouterr().err == "ERROR: a node failed\nWARNING: slow\n"


def test_what_is_said_in_parts_is_passed_on_whole(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write = os.write
    monkeypatch.setattr(interpreter, "_announced", False)
    monkeypatch.setattr(interpreter, "_allocated", lambda *_: write(2, b"WARNING: slow\n"))
    monkeypatch.setattr("retina.imaging.interpreter.os.write", lambda where, said: write(where, said[:3]))
    allocated(b"")
    assert capfd.readouterr().err == "WARNING: slow\n"


@pytest.mark.parametrize("error", [None, RuntimeError])
def test_a_closed_error_output_hides_no_error(monkeypatch: pytest.MonkeyPatch, error: type[Exception] | None) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    def say(network: bytes, shape: object, threads: int) -> str:
        os.write(writing, b"WARNING: slow\n")
        if error:
            raise error("cannot be allocated")
        return "an interpreter"

    monkeypatch.setattr(interpreter, "ERROR_OUTPUT", writing)
    monkeypatch.setattr(interpreter, "_announced", False)
    monkeypatch.setattr(interpreter, "_allocated", say)
    try:
        if error:
            with pytest.raises(error):
                allocated(b"")
        else:
            assert allocated(b"") == "an interpreter"
    finally:
        os.close(writing)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(interpreter.__file__).parents[2])}
