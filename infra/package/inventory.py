"""The package's sizes, and one digest of the whole."""

import hashlib
from pathlib import Path


def sizes(folder: Path) -> list[tuple[Path, int]]:
    """Every file below `folder` with its size in bytes."""
    return [(path, path.stat().st_size) for path in sorted(folder.rglob("*")) if path.is_file()]


def total(folder: Path) -> int:
    """The total size in bytes of all files below `folder`."""
    return sum(size for _, size in sizes(folder))


def biggest(folder: Path, count: int = 10) -> list[tuple[str, int]]:
    """The largest entries in `folder`, each with the total bytes below it."""
    parts: dict[str, int] = {}
    for path, size in sizes(folder):
        name = path.relative_to(folder).parts[0]
        parts[name] = parts.get(name, 0) + size
    return sorted(parts.items(), key=lambda part: -part[1])[:count]


def digest(folder: Path) -> str:
    """SHA-256 of names, contents and execute bits below `folder`: the same for equal packages, whenever they were
    built.
    """
    whole = hashlib.sha256()
    for path, _ in sizes(folder):
        mine = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(folder)} {path.stat().st_mode & 0o111:o} {mine}\n".encode())
    return whole.hexdigest()
