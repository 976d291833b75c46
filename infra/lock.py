"""Renew every lock: pinned, with hashes, naming no package registry."""

import subprocess
import sys
from pathlib import Path

OPTIONS = ["--upgrade", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
UNIVERSAL = ["--universal", "--python-version", "3.11"]
LOCKS = {
    "function/requirements-local.txt": ["pyproject.toml", *UNIVERSAL],
    "function/requirements.txt": ["function/requirements.in", "-c", "function/requirements-local.txt", *UNIVERSAL],
    "tests/requirements.txt": ["pyproject.toml", "--group", "dev", "-c", "function/requirements-local.txt", *UNIVERSAL],
    "tests/requirements-tflite-runtime.txt": ["tests/requirements-tflite-runtime.in", "--python-version", "3.11"],
    "models/requirements.txt": ["models/requirements.in", "-c", "function/requirements-local.txt", *UNIVERSAL],
}


def main() -> None:
    """Every lock, one after another."""
    uv = Path(sys.executable).with_name("uv")
    for lock, sources in LOCKS.items():
        command = [str(uv), "pip", "compile", *sources, *OPTIONS, "--custom-compile-command", "make lock", "-o", lock]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
