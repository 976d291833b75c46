"""The Lambda package: everything that lies in /var/task, built from wheels and without docker.

Enters: `function/`, `site/`, the network with its card, and the pinned `function/requirements.txt`. Leaves: a folder
that CDK zips. Fails where Lambda would: too large, or a library that needs a newer glibc. Deploys nothing.

`python -m infra.package [--out build/package]`
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection
from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build" / "package"
TARGET = (3, 13)
"""The Python of the Lambda runtime."""
LIMIT = 262_144_000
"""Bytes that a function may have unzipped (Lambda quotas)."""
GLIBC = (2, 34)
"""Of Amazon Linux 2023, on which the runtime stands."""
PLATFORMS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")

UNUSED = frozenset({"protobuf", "ml-dtypes", "tqdm", "flatbuffers", "backports-strenum", "pycparser"})
"""Distributions that ai-edge-litert and cffi name for what is not used here; they run without them."""
POWERTOOLS = (
    "feature_flags",
    "idempotency",
    "kafka",
    "parameters",
    "parser",
    "streaming",
    "data_masking",
    "validation",
)
PRUNED = (
    "bin",
    "**/tests",
    "**/include",
    "**/*.pyi",
    "**/*.[hc]",
    "**/*.hpp",
    "**/*.pxd",
    "**/*.a",
    "**/*.dist-info/RECORD",
    "**/*.dist-info/REQUESTED",
    "**/*.dist-info/INSTALLER",
    "cv2/data/*.xml",
    "numpy/f2py",
    "numpy/random",
    "numpy/testing",
    "numpy/polynomial",
    "PIL/_avif*",
    "pillow.libs/libavif*",
    "PIL/_imagingft*",
    "pillow.libs/libfreetype*",
    "pillow.libs/libharfbuzz*",
    "pillow.libs/libbrotli*",
    "cffi",
    "ai_edge_litert/libLiteRt*.so",
    "ai_edge_litert/*_pb2.py",
    "ai_edge_litert/schema_py_generated.py",
    "ai_edge_litert/aot",
    "ai_edge_litert/tools",
    "ai_edge_litert/vendors",
    "aws_lambda_powertools/event_handler",
    *(f"aws_lambda_powertools/utilities/{name}" for name in POWERTOOLS),
    "fastapi_offline/static/redoc*",
    "imagecodecs/zarr.py",
    "imagecodecs/numcodecs.py",
)
"""What the function never opens. Libraries stay as they are: `strip` breaks those that auditwheel has patched."""

CODECS = ("_shared", "_shared_cython", "_imcd", "_zlib", "_png")
"""Modules of imagecodecs that decode TIFF and PNG of 16-bit colour, among sixty: LZW, PackBits, Deflate, predictors."""
CODEC_LIBRARIES = ("libpng16",)


class PackageError(Exception):
    """Lambda would refuse the package; the message says why."""


def build(out: Path, version: tuple[int, int] = TARGET, python: Path | None = None) -> None:
    """Make the package in `out`, in place of what was there; with `python`, of that `version`, bytecode is added."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    pinned = requirements(ROOT / "function" / "requirements.txt", version)
    install(out, (text for name, text in pinned.items() if name not in UNUSED), version)
    for pattern in PRUNED:
        for path in [*out.glob(pattern)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    _keep(out / "imagecodecs", "*.so", CODECS)
    _keep(out / "imagecodecs.libs", "*", CODEC_LIBRARIES)
    _add_ours(out)
    if python:
        _compile(out, python)
    for path in out.rglob("*"):  # Lambda's user is another one, whatever the umask of whoever builds
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    check(out)


def check(folder: Path) -> None:
    """Raises `PackageError` where Lambda would not take what lies in `folder`, or could not load it."""
    if (size := sum(size for _, size in sizes(folder))) > LIMIT:
        raise PackageError(f"the package has {size:,} bytes; Lambda takes {LIMIT:,}")
    for path, needed in glibc(folder):
        if needed > GLIBC:
            raise PackageError(f"{path.relative_to(folder)} needs glibc {needed[0]}.{needed[1]}; Lambda has 2.34")


def sizes(folder: Path) -> list[tuple[Path, int]]:
    """Every file below `folder` and its bytes."""
    return [(path, path.stat().st_size) for path in sorted(folder.rglob("*")) if path.is_file()]


def biggest(folder: Path, count: int = 10) -> list[tuple[str, int]]:
    """The names in `folder` that take most bytes with all that lies below them."""
    parts: dict[str, int] = {}
    for path, size in sizes(folder):
        name = path.relative_to(folder).parts[0]
        parts[name] = parts.get(name, 0) + size
    return sorted(parts.items(), key=lambda part: -part[1])[:count]


def glibc(folder: Path) -> Iterator[tuple[Path, tuple[int, ...]]]:
    """The newest glibc that each shared object below `folder` asks for; wheel tags are not to be trusted."""
    for path in sorted(folder.rglob("*.so*")):
        with path.open("rb") as file:
            try:
                needed = ELFFile(file).get_section_by_name(".gnu.version_r")
            except ELFError as error:
                raise PackageError(f"{path.relative_to(folder)} is no library: {error}") from error
            if isinstance(needed, GNUVerNeedSection):
                names = [version.name for _, versions in needed.iter_versions() for version in versions]
                found = [re.fullmatch(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?", name) for name in names]
                yield path, max(((int(m[1]), int(m[2])) for m in found if m), default=(0, 0))


def digest(folder: Path) -> str:
    """SHA-256 of names, contents and execute bits below `folder`: equal for equal packages, whenever they were made."""
    whole = hashlib.sha256()
    for path, _ in sizes(folder):
        mine = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(folder)} {path.stat().st_mode & 0o111:o} {mine}\n".encode())
    return whole.hexdigest()


def python_of(version: tuple[int, int]) -> Path | None:
    """An interpreter of this `version`, if one is at hand: on the path, or kept by pyenv."""
    name = f"python{version[0]}.{version[1]}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(pyenv.glob(f"{version[0]}.{version[1]}.*/bin/{name}"))
    for python in filter(None, [str(Path(sys.base_prefix) / "bin" / name), shutil.which(name), *map(str, kept)]):
        ask = [python, "-c", f"import sys; sys.exit(sys.version_info[:2] != {version})"]
        if Path(python).exists() and subprocess.run(ask, capture_output=True).returncode == 0:
            return Path(python)
    return None


def requirements(lock: Path, version: tuple[int, int]) -> dict[str, str]:
    """The requirements that a lock pins for this `version` of Python, hashes and all, by the distribution's name."""
    found = {}
    target = {"python_version": "{}.{}".format(*version), "python_full_version": "{}.{}.0".format(*version)}
    for text in re.findall(r"^[a-zA-Z].*(?:\n +--hash.*)*", lock.read_text(), re.MULTILINE):
        first, *hashes = text.split("\n")
        pin, _, condition = first.removesuffix(" \\").partition(" ; ")
        # Not left to pip, which would ask the Python that it runs on.
        if not condition or Marker(condition).evaluate(target):
            found[re.split(r"[=\[]", pin, maxsplit=1)[0]] = " \\\n".join(
                [pin, *(line.removesuffix(" \\") for line in hashes)]
            )
    return found


def install(out: Path, wanted: Iterable[str], version: tuple[int, int]) -> None:
    """Unpack wheels for Lambda's platform and `version` into `out`, with their hashes; no package's code is run."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write("\n".join(wanted))
        listing.flush()
        platforms = [f"--platform={platform}_x86_64" for platform in PLATFORMS]
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps", "--require-hashes"]
        # The lock has chosen for the target; pip would compare with the Python that it runs on.
        command.append("--ignore-requires-python")
        only = ["--only-binary=:all:", "--implementation=cp", f"--python-version={version[0]}.{version[1]}"]
        subprocess.run([*command, *only, *platforms, f"--target={out}", f"--requirement={listing.name}"], check=True)


def _keep(folder: Path, pattern: str, names: Iterable[str]) -> None:
    """Remove the files in `folder` that match, but for those called so before their first dot or dash."""
    for path in [*folder.glob(pattern)]:
        if re.split(r"[.-]", path.name)[0] not in {*names}:
            path.unlink()


def _add_ours(out: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copy(ROOT / "function" / "handler.py", out)
    shutil.copytree(ROOT / "function" / "retina", out / "retina", ignore=ignored)
    shutil.copytree(ROOT / "site", out / "retina" / "site")  # for the API's description, which the function serves
    (out / "retina" / "models").mkdir()
    for name in ("unet.json", "unet.tflite"):
        shutil.copy(ROOT / "models" / name, out / "retina" / "models")


def _compile(out: Path, python: Path) -> None:
    """Bytecode that is never checked against its source: Lambda's disk is read-only, and imports take half as long."""
    options = ["-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(out), "-p", "/var/task"]
    subprocess.run([str(python), "-m", "compileall", *options, str(out)], check=True)


def main() -> None:
    """The command line: build twice, compare, and say what takes the room."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    python = python_of(TARGET)
    try:
        build(out, TARGET, python)
        with tempfile.TemporaryDirectory(dir=out.parent) as second:
            build(Path(second) / out.name, TARGET, python)
            if digest(out) != digest(Path(second) / out.name):
                raise PackageError("two builds of the same sources differ")
    except PackageError as error:
        sys.exit(f"{error}.")
    size = sum(size for _, size in sizes(out))
    for name, part in biggest(out):
        print(f"{part / 1e6:7.1f} MB  {name}")
    print(f"{size / 1e6:7.1f} MB of {LIMIT / 1e6:.1f} in {out}, sha256 {digest(out)}")
    if not python:
        print("Without bytecode, which makes a cold start slower: there is no Python 3.13 here to make it.")


if __name__ == "__main__":
    main()
