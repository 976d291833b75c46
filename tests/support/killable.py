"""A program that serves at one port, which a test kills and starts again."""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from support.processes import held_port


class KillableServer:
    """By default `retina serve`, with password hashes that cost little."""

    def __init__(self, environment: dict[str, str], program: str = "support.quick_service") -> None:
        self._held = held_port()  # also while the server is killed and started again
        self.port: int = self._held.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment, self._program = environment, program
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", self._program, "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL)
        for _ in range(600):
            try:
                httpx.get(f"{self.url}/api/v1/health")
                return
            except httpx.TransportError:
                time.sleep(0.05)
        pytest.fail("the server does not start")

    def kill(self) -> None:
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(60)
