"""The command line as a program: wrong usage, exit statuses, the progress bar and Ctrl+C."""

import contextlib
import os
import pty
import shlex
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from conftest import ROOT
from retina.__main__ import main
from retina.cli.folders import OUTPUTS
from retina.imaging.rendering import FILES, INTERVALS
from retina.services import Services
from retina.settings import Settings
from support.results import rows


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["segment"],
        ["segment", "x.jpg"],
        ["segment", "nowhere", "--out", "out"],
        ["segment", ".", "--out", "."],
        ["segment", "x.jpg", "--out", "out", "--outputs", "film"],
        ["segment", "x.jpg", "--out", "out", "--threshold", "1.5"],
        ["segment", "x.jpg", "--out", "out", "--threshold", "nan"],
        ["segment", "x.jpg", "--out", "out", "--threshold", "half"],
        ["segment", "x.jpg", "--out", "out", "--jobs", "0"],
        ["segment", "x.jpg", "--out", "out", "--jobs", "many"],
        ["segment", "x.jpg", "--out", ""],
        ["segment", "x.jpg", "--out", "x.jpg"],
        ["serve", "--port", "99999"],
    ],
)
def test_wrong_usage_is_2_and_a_sentence(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.jpg").write_bytes(b"")
    try:
        status = main(arguments)
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else -1
    assert status == 2
    assert "Traceback" not in capsys.readouterr().err
    assert Path("x.jpg").read_bytes() == b""


@pytest.mark.parametrize(("command", "outputs"), [("segment", OUTPUTS), ("batch", FILES)])
def test_the_help_names_every_output(command: str, outputs: Iterable[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    named = ", ".join([*outputs, INTERVALS])
    assert f"comma-separated: {named} (default" in " ".join(capsys.readouterr().out.split())


def test_every_option_has_a_help_text(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    assert "the port to listen on; 0: any (default: 8000)" in " ".join(capsys.readouterr().out.split())


def test_a_wrong_setting_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RETINA_CORES", "many")
    assert main(["serve"]) == 2
    assert "RETINA_CORES" in capsys.readouterr().err
    monkeypatch.delenv("RETINA_CORES")
    monkeypatch.setenv("RETINA_SITE", "/nowhere")
    assert main(["serve", "--port", "0"]) == 2
    assert "RETINA_SITE" in capsys.readouterr().err
    monkeypatch.delenv("RETINA_SITE")
    monkeypatch.setenv("RETINA_MODEL", "/nowhere/unet.json")
    assert main(["serve", "--port", "0"]) == 2
    assert "The model cannot be used" in capsys.readouterr().err


def test_an_output_that_takes_nothing_is_an_error_without_a_traceback(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "note.jpg").write_text("no picture")
    command = [sys.executable, "-m", "retina", "segment", "note.jpg", "--out", "results"]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            command, env=environment, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 2
    assert ended.stderr.endswith("retina: What the command says cannot be written: No space left on device.\n")
    assert "Traceback" not in ended.stderr
    closed = f"exec {shlex.join(command)} >&-"
    ended = subprocess.run(
        ["/bin/sh", "-c", closed], env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)  # the picture is rejected


@pytest.mark.parametrize("command", ["segment", "batch"])
def test_an_empty_path_is_not_the_current_folder(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As of a variable of a script that is empty."""
    with pytest.raises(SystemExit) as ended:
        main([command, "", "--out", "results"])
    assert ended.value.code == 2
    assert "must name a file or folder" in capsys.readouterr().err


def test_a_folder_without_files_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "photos").mkdir()
    assert main(["segment", str(tmp_path / "photos"), "--out", str(tmp_path / "results")]) == 1
    assert "no photographs found" in capsys.readouterr().out


def test_a_command_ends_quietly_when_nobody_reads_on(environment: dict[str, str]) -> None:
    log = Services(Settings(data=Path(environment["RETINA_DATA"]))).audit
    log.note("a" * 32, "key.revoked")
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "retina", "audit", "a" * 32]
    with os.fdopen(writer, "wb") as unread:
        ended = subprocess.run(command, env=environment, stdout=unread, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_the_progress_is_shown(photos: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "retina", "segment", str(photos), "--out", str(tmp_path / "out")]
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (25, 80))
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=end, text=True, cwd=ROOT)
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # raised where another system would say that there is nothing more
        while piece := os.read(terminal, 4096):
            shown += piece
    os.close(terminal)
    told, _ = process.communicate()
    assert process.returncode == 0
    assert b"2/2" in shown
    assert told == f"2 done. Results are in {tmp_path / 'out'}.\n"


def test_a_redirected_log_has_no_progress_bar(photos: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    (photos / "bad.jpg").write_bytes(b"bad")
    command = [sys.executable, "-m", "retina", "segment", str(photos), "--out", str(tmp_path / "out")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert "2/3" not in run.stderr
    assert "\r" not in run.stderr
    assert f"{photos / 'bad.jpg'}: " in run.stderr


def test_ctrl_c_stops_at_once_and_says_how_to_go_on(
    tmp_path: Path, photos: Path, tiny: bytes, environment: dict[str, str]
) -> None:
    for number in range(300):
        (photos / f"{number:03}.jpg").write_bytes(tiny + bytes([number % 256, number // 256]))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "retina", "segment", str(photos), "--out", str(out)]
    # A runner in the background may have told its children to ignore SIGINT.
    running = subprocess.Popen(
        command,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (out / "results.csv").exists() or (out / "results.csv").read_text().count("\n") < 3:
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Run the same command again to continue" in told
    assert "Traceback" not in told
    assert len(rows(out)) < 302
