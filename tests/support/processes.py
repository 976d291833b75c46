"""Processes of the service started by tests: `retina serve` and `retina worker`."""

import contextlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import psutil


def held_port() -> socket.socket:
    """A socket at a free port, which nobody else gets as long as it is there: only who asks for this port by number,
    with SO_REUSEADDR as servers do, may listen at it.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or nothing but its exit status is left."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # also where it goes between the two
        return True


class Server:
    """`retina serve` in a process of its own, in an empty folder."""

    def __init__(
        self,
        folder: Path,
        environment: dict[str, str],
        before: Sequence[str] = (),
        program: str = "retina",
        python: str = sys.executable,
    ) -> None:
        """`before`: a command that runs the service's as its own; `program`: the module that `python` runs."""
        self.folder, self.data = folder, Path(environment["RETINA_DATA"])
        self._held = held_port()
        self.port: int = self._held.getsockname()[1]
        command = [*before, python, "-m", program, "serve", "--port", str(self.port)]
        environment = environment | {"TMPDIR": str(folder), "HOME": str(folder), "PYTHONFAULTHANDLER": "1"}
        # Appended to, since both processes share one position in it.
        self._errors = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - as long as the service runs
        self.process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        assert self.process.stdout
        self.first_line = self.process.stdout.readline()
        self.url = f"http://127.0.0.1:{self.port}"
        for _ in range(600):
            try:
                httpx.get(f"{self.url}/api/v1/health")
                break
            except httpx.TransportError:
                time.sleep(0.05)

    def written(self) -> list[str]:
        return sorted(str(path) for path in self.folder.rglob("*"))

    def written_uploads(self) -> list[Path]:
        """Files in the service's folder of uploads, those on their way, too."""
        return [path for path in (self.data / "uploads").glob("*") if path.is_file()]

    def upload_sizes(self) -> list[int]:
        """Of those files, in bytes; without one that is deleted meanwhile."""
        sizes = []
        for path in self.written_uploads():
            with contextlib.suppress(FileNotFoundError):
                sizes.append(path.stat().st_size)
        return sizes

    def errors(self) -> str:
        """What the service has written on standard error."""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")

    def standing(self) -> str:
        """How long the service has had and waited for a processor, in nanoseconds, and what the kernel holds for it."""
        of_kernel = Path(f"/proc/{self.process.pid}")
        sockets = (of_kernel / "net/tcp").read_text().splitlines()
        return "\n".join([(of_kernel / "schedstat").read_text(), *(s for s in sockets if f":{self.port:04X} " in s)])

    def stacks(self) -> str:
        """End the service; what it wrote on standard error, at the end of which stands what each thread was doing."""
        self.process.send_signal(signal.SIGABRT)
        self.process.wait(60)
        return self.errors()

    def memory(self) -> float:
        """Peak resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


@contextlib.contextmanager
def serving(folder: Path, environment: dict[str, str], program: str = "retina", **settings: str) -> Iterator[Server]:
    own = environment | {f"RETINA_{name.upper()}": value for name, value in settings.items()}
    server = Server(folder, own, program=program)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(30)
        sys.stderr.write(server.errors())


def worker(folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "retina", "worker"]
    return subprocess.Popen(
        command,
        env=environment | {"RETINA_DATA": str(folder)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def segment_at_once(out: Path, files: Sequence[Path], environment: dict[str, str], *options: str) -> None:
    """Run `retina segment` on each file, all into `out` at the same time; those that are refused run afterwards."""
    program = [sys.executable, "-m", "retina", "segment"]
    commands = [[*program, str(file), "--out", str(out), "--outputs", "mask", *options] for file in files]
    running = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for command in commands]
    told = [process.communicate()[1] for process in running]  # all have ended before a refused one runs again
    for command, process, errors in zip(commands, running, told, strict=True):
        if process.returncode:
            assert process.returncode == 2
            assert "Another run is writing to" in errors
            subprocess.run(command, env=environment, check=True, capture_output=True)
