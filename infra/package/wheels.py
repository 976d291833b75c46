"""Installs pinned wheels for another platform and Python, and finds an interpreter of that Python."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from packaging.markers import Marker

PLATFORMS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
"""Tags of wheels that run on Lambda, as far as tags can be trusted."""


def python_of(version: tuple[int, int]) -> Path | None:
    """An interpreter of this `version`, if there is one: on the path or installed by pyenv. None otherwise."""
    name = f"python{version[0]}.{version[1]}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    installed = sorted(pyenv.glob(f"{version[0]}.{version[1]}.*/bin/{name}"))
    for python in filter(None, [str(Path(sys.base_prefix) / "bin" / name), shutil.which(name), *map(str, installed)]):
        ask = [python, "-c", f"import sys; sys.exit(sys.version_info[:2] != {version})"]
        if Path(python).exists() and subprocess.run(ask, capture_output=True).returncode == 0:
            return Path(python)
    return None


def requirements(lock: Path, version: tuple[int, int]) -> dict[str, str]:
    """The requirements that a lock file pins for this `version` of Python, with their hashes, by distribution name."""
    found = {}
    target = {"python_version": "{}.{}".format(*version), "python_full_version": "{}.{}.0".format(*version)}
    for text in re.findall(r"^[a-zA-Z].*(?:\n +--hash.*)*", lock.read_text(), re.MULTILINE):
        first, *hashes = text.split("\n")
        pin, _, condition = first.removesuffix(" \\").partition(" ; ")
        # Not left to pip, which would use the version of the Python that runs it.
        if not condition or Marker(condition).evaluate(target):
            found[re.split(r"[=\[]", pin, maxsplit=1)[0]] = " \\\n".join(
                [pin, *(line.removesuffix(" \\") for line in hashes)]
            )
    return found


def install(out: Path, wanted: Iterable[str], version: tuple[int, int]) -> None:
    """Install wheels for Lambda's platform and `version` into `out`, checking hashes; runs no code of any package."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write("\n".join(wanted))
        listing.flush()
        platforms = [f"--platform={platform}_x86_64" for platform in PLATFORMS]
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps", "--require-hashes"]
        # The lock is for the target; pip would compare with the Python that runs it.
        command.append("--ignore-requires-python")
        only = ["--only-binary=:all:", "--implementation=cp", f"--python-version={version[0]}.{version[1]}"]
        subprocess.run([*command, *only, *platforms, f"--target={out}", f"--requirement={listing.name}"], check=True)
