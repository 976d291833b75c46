"""Replaces sources by bytecode: a cold start reads one file per module, and the package is 12 MB smaller.

Tracebacks still name file and line, since bytecode contains both; only the text of the line is missing.
"""

import subprocess
from importlib.util import source_from_cache
from pathlib import Path

READ = frozenset({"anyio/__init__.py", "anyio/abc/__init__.py", "cv2/config.py", "cv2/config-3.py"})
"""Sources that their libraries read themselves: anyio for lazy imports, OpenCV as its configuration."""


def compile_sources(folder: Path, python: Path) -> None:
    """Replace the source of every module below `folder` by bytecode made by `python`, under its path in /var/task.

    The bytecode is never checked against a source, since Lambda's disk is read-only. Raises `CalledProcessError` if a
    module cannot be compiled.
    """
    options = ["-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task"]
    subprocess.run([str(python), "-m", "compileall", *options, str(folder)], check=True)
    for cache in [*folder.rglob("__pycache__")]:
        for compiled in cache.iterdir():
            source = Path(source_from_cache(compiled))
            if source.relative_to(folder).as_posix() not in READ:
                compiled.rename(source.with_suffix(".pyc"))
                source.unlink()
        if not [*cache.iterdir()]:
            cache.rmdir()
