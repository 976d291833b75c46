"""Renews all lock files: exact versions with hashes, and no mention of any package registry."""

import json
import subprocess
import sys
from pathlib import Path

OPTIONS = ["--upgrade", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
UNIVERSAL = ["--universal", "--python-version", "3.11"]
LOCKS = {
    "function/requirements-local.txt": ["pyproject.toml", *UNIVERSAL],
    "function/requirements.txt": ["function/requirements.in", "-c", "function/requirements-local.txt", *UNIVERSAL],
    "function/requirements-payment.txt": [
        "function/requirements-payment.in",
        "-c",
        "function/requirements-local.txt",
        *UNIVERSAL,
    ],
    "tests/requirements.txt": ["pyproject.toml", "--group", "dev", "-c", "function/requirements-local.txt", *UNIVERSAL],
    "tests/requirements-tflite-runtime.txt": ["tests/requirements-tflite-runtime.in", "--python-version", "3.11"],
    "models/requirements.txt": ["models/requirements.in", "-c", "function/requirements-local.txt", *UNIVERSAL],
}


def main() -> None:
    """Renew all lock files, one after another."""
    uv = Path(sys.executable).with_name("uv")
    for lock, sources in LOCKS.items():
        command = [str(uv), "pip", "compile", *sources, *OPTIONS, "--custom-compile-command", "make lock", "-o", lock]
        subprocess.run(command, check=True)
    lock_page_tools(Path("package-lock.json"))


def lock_page_tools(lock: Path) -> None:
    """Lock the tools that check the page's JavaScript. `.npmrc` keeps the registry out; funding notices are removed,
    too.
    """
    npm = Path(sys.executable).with_name("npm")
    lock.unlink(missing_ok=True)
    subprocess.run([str(npm), "install", "--package-lock-only", "--silent"], check=True)
    locked = json.loads(lock.read_text())
    for package in locked["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(locked, indent=2) + "\n")


if __name__ == "__main__":
    main()
