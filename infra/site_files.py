"""The page as it is deployed: its files below a folder named after the content of all of them, to which pages refer.

A browser may then store those files for good. What the service itself serves (the API documentation) refers to files by
their plain names, so they are there, too.
"""

import hashlib
import re
import shutil
from pathlib import Path

VERSIONS = "v"
"""The folder with a folder per version."""
REFERENCE = re.compile(r'((?:href|src)=")/(?!api/)(?=[\w/-]+\.(?:css|js|svg|webp|jpg|png|webmanifest)")')
"""Where a page refers to a file of its own; links to pages and to the API are none."""


def versioned(site: Path, out: Path) -> Path:
    """Write the folder `site` to `out`, with and without a version; returns `out`. Modules refer to each other by
    relative paths and need no change.

    Replaces what is in `out`; raises `ValueError` if that would touch `site`.
    """
    source, target = site.resolve(), out.resolve()
    if source == target or source in target.parents or target in source.parents:
        raise ValueError(f"{out} is no place for a copy of {site}")
    version = _version(site)
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(site, out)
    shutil.copytree(site, out / VERSIONS / version, ignore=shutil.ignore_patterns("*.html", "*.md"))
    for page in out.glob("*.html"):
        page.write_text(REFERENCE.sub(rf"\1/{VERSIONS}/{version}/", page.read_text("utf-8")), "utf-8")
    return out


def _version(site: Path) -> str:
    """The first 12 digits of the SHA-256 of all names and contents."""
    digest = hashlib.sha256()
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(site).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]
