"""Files that usually lie beside photographs and are none: tables, notes, and what systems leave in folders.

They are skipped, which is said, and is no failure. What has the name or the content of a picture is never skipped: if
it cannot be read, somebody has to know.
"""

import re
from pathlib import Path

from retina.imaging.decoding.accessories import PNG
from retina.imaging.decoding.dicom.mark import is_dicom
from retina.imaging.decoding.foreign import name_of_foreign
from retina.imaging.decoding.header import JPEG, PNM_HEADER
from retina.imaging.decoding.tiff_kinds import MAGIC

WHY = "This was skipped, because neither its name nor its content is that of a picture."

TABLES = (".csv", ".tsv", ".xls", ".xlsx", ".ods", ".db", ".sqlite", ".parquet", ".mat", ".npy", ".npz", ".pkl")
TEXTS = (
    ".txt",
    ".md",
    ".rst",
    ".log",
    ".rtf",
    ".pdf",
    ".doc",
    ".docx",
    ".odt",
    ".ppt",
    ".pptx",
    ".odp",
    ".htm",
    ".html",
)
DATA = (".json", ".jsonl", ".xml", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".css", ".url", ".lnk", ".md5", ".sha256")
PROGRAMS = (".py", ".ipynb", ".r", ".rmd", ".m", ".js", ".sh", ".bat", ".ps1")
SUFFIXES = {*TABLES, *TEXTS, *DATA, *PROGRAMS}
"""Of names that no picture has."""

NAMES = frozenset({"thumbs.db", "desktop.ini", "dicomdir", "readme", "license", "licence", "makefile", "icon\r"})

START = 4096
"""So many bytes of a file say what it is."""

DIRECTORY = b"1.2.840.10008.1.3.10"
"""The SOP class of a DICOMDIR, which lists other files."""

PICTURES = re.compile(
    rb"%s|%s|%s|GIF8[79]a|RIFF.{4}WEBP|BM.{4}\0{4}|%s"
    % (re.escape(JPEG), re.escape(PNG), b"|".join(map(re.escape, MAGIC)), PNM_HEADER.pattern),
    re.DOTALL,
)
"""How pictures begin."""


def is_companion(file: Path) -> bool:
    """Whether the file has the name of a companion but no picture's content. One that cannot be read is none."""
    name = file.name.casefold()
    if name not in NAMES and Path(name).suffix not in SUFFIXES:
        return False
    try:
        if not file.is_file():
            return False
        with file.open("rb") as stream:
            start = stream.read(START)
    except OSError:
        return False
    return not _is_picture(start)


def _is_picture(start: bytes) -> bool:
    if is_dicom(start):
        return DIRECTORY not in start
    foreign = name_of_foreign(start)
    return bool(PICTURES.match(start) or (foreign and "PDF" not in foreign))
