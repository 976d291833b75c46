"""`make run` installs these requirements and nothing else; the service starts with them and answers."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from conftest import ROOT
from support.processes import Server


@pytest.mark.package
def test_the_service_needs_no_more_than_make_run_installs(
    tmp_path: Path, environment: dict[str, str], sample: bytes
) -> None:
    python = tmp_path / "environment/bin/python"
    subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
    requirements = ["--no-deps", "--require-hashes", "-r", str(ROOT / "function/requirements-local.txt")]
    subprocess.run([python, "-m", "pip", "install", "-q", *requirements], check=True)
    server = Server(tmp_path, environment, python=str(python))
    try:
        assert httpx.get(server.url).status_code == 200
        answer = httpx.post(f"{server.url}/api/v1/predictions", files={"file": sample}, timeout=60)
        assert answer.status_code == 200, answer.text
    finally:
        server.process.terminate()
        server.process.wait(30)
