"""Checks that Lambda would accept the package: its size, and the glibc that its libraries need."""

import re
from collections.abc import Iterator
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from infra.package.inventory import total

LIMIT = 262_144_000
"""The most bytes of a function's unzipped package (Lambda quotas)."""
GLIBC = (2, 34)
"""The version in Amazon Linux 2023, on which the runtime is based."""


class PackageError(Exception):
    """Lambda would refuse the package; the message says why."""


def check(folder: Path) -> None:
    """Raises `PackageError` if Lambda would not accept the contents of `folder` or could not load them."""
    if (size := total(folder)) > LIMIT:
        raise PackageError(f"the package has {size:,} bytes; Lambda takes {LIMIT:,}")
    for path, needed in glibc(folder):
        if needed > GLIBC:
            raise PackageError(f"{path.relative_to(folder)} needs glibc {needed[0]}.{needed[1]}; Lambda has 2.34")


def glibc(folder: Path) -> Iterator[tuple[Path, tuple[int, ...]]]:
    """The newest glibc that each shared object below `folder` needs; wheel tags cannot be trusted."""
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
