"""Builds the packages: wheels without unneeded files, our own code, bytecode, checks."""

import shutil
from pathlib import Path

from infra.package import ROOT, TARGET
from infra.package.bytecode import compile_sources
from infra.package.contents import UNUSED, prune
from infra.package.limits import check
from infra.package.symbols import cut
from infra.package.wheels import install, requirements

IMAGING = ("imaging", "jobs", "batches", "history", "exports", "deletion", "cli", "local", "services.py", "app.py")
"""Parts of our own package that selling credits needs nothing of."""
UNUSED_FOR_PAYMENT = UNUSED - {"idna"}
"""Stripe's library asks by requests, which needs it."""


def build(out: Path, version: tuple[int, int] = TARGET, python: Path | None = None) -> None:
    """Build the package in `out`, replacing what is there; with `python`, an interpreter of that `version`, as
    bytecode.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    pinned = requirements(ROOT / "function" / "requirements.txt", version)
    install(out, (text for name, text in pinned.items() if name not in UNUSED), version)
    prune(out)
    cut(out)
    _add_ours(out)
    _finish(out, python)


def build_payment(out: Path, version: tuple[int, int] = TARGET, python: Path | None = None) -> None:
    """Build the package of the function that sells credits, which has no imaging."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    pinned = requirements(ROOT / "function" / "requirements-payment.txt", version)
    install(out, (text for name, text in pinned.items() if name not in UNUSED_FOR_PAYMENT), version)
    prune(out)
    cut(out)
    ignored = shutil.ignore_patterns("__pycache__", *IMAGING)
    shutil.copy(ROOT / "function" / "payment_handler.py", out)
    shutil.copytree(ROOT / "function" / "retina", out / "retina", ignore=ignored)
    _finish(out, python)


def _finish(out: Path, python: Path | None) -> None:
    if python:
        compile_sources(out, python)
    for path in out.rglob("*"):  # Lambda runs as another user, whatever the umask during the build
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    check(out)


def _add_ours(out: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copy(ROOT / "function" / "handler.py", out)
    shutil.copytree(ROOT / "function" / "retina", out / "retina", ignore=ignored)
    shutil.copytree(ROOT / "site", out / "retina" / "site")  # for the API documentation, which the function serves
    (out / "retina" / "models").mkdir()
    for name in ("unet.json", "unet.tflite", "field_of_view.tflite", "structures.tflite"):
        shutil.copy(ROOT / "models" / name, out / "retina" / "models")
