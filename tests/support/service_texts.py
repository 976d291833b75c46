"""The texts of the service that the page translates: names and definitions of measurements, reasons, quality, errors.

They are read from the source: complete sentences (support/sentences.py), and what the list of measurements has. A text
of several sentences is translated sentence by sentence. `dropped_texts` has the sentences of which no key can be made:
tests/unit/test_service_texts.py says why each of them may be among them.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from retina.imaging.decoding.dicom.header import OTHER_CONTENT, contains
from retina.imaging.decoding.foreign import BRANDS, SIGNATURES
from retina.imaging.decoding.header import unsupported
from retina.imaging.decoding.tiff_pages import PAGES
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.imaging.quality import GRADES
from retina.imaging.retina_gate import BLANK, BRIGHT, EXCHANGED, LOOKED_FOR, STRANGE, TOO_SMALL, Verdict
from support.sentences import LIST, SENTENCES, UNKNOWN, numbered, sentences

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "function" / "retina"
ELSEWHERE = {
    "__main__.py": "the command line",
    "app.py": "the API's documentation",
    "cli": "the command line",
    "imaging/columns.py": "columns of tables",
    "imaging/rendering.py": "the API's documentation",
    "jobs/training_set.py": "files of an export",
    "queue": "the log",
    "storage/database.py": "the command line, when the service starts",
    "storage/sqlite.py": "the log",
}
"""What people on the page do not read, and where it is read instead."""


def service_texts() -> dict[str, str]:
    """Where each text is first, by its key."""
    measurements, quality = "imaging/measurements/registry.py", "imaging/quality.py"
    found = [*((text, measurements) for text in _descriptions()), *((grade, quality) for grade in GRADES)]
    found += [(text, "imaging/retina_gate.py") for text in _verdicts()]
    found += [(text, "imaging/decoding") for text in _refusals()]
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(tuple(ELSEWHERE)):
            read = _reasons if name.startswith("imaging/measurements") else _sentences
            found += [(text, name) for text in read(path)]
    return {text: f"function/retina/{name}" for text, name in reversed(found)}


def dropped_texts() -> dict[str, str]:
    """Where each sentence is that no key can be made of: … stands for what is not known of it."""
    dropped = dict[str, str]()
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith((*ELSEWHERE, "imaging/measurements")):
            for text, key in sentences(path):
                if key is None:
                    dropped.setdefault(text.replace(UNKNOWN, "…").replace(LIST, "…"), name)
    return dropped


def _descriptions() -> Iterator[str]:
    """What the list of measurements says of them."""
    for measurement in MEASUREMENTS:
        shown = measurement.display
        for text in (
            measurement.label,
            measurement.group,
            shown.unit,
            shown.context,
            measurement.definition,
            measurement.source,
        ):
            yield from (each for each in SENTENCES.split(text) if re.search(r"[^\W\d_]{2}", each))


def _verdicts() -> Iterator[str]:
    """Why a photograph does not look like one of a retina."""
    for reason in (BLANK, TOO_SMALL, BRIGHT, EXCHANGED, *LOOKED_FOR.values(), STRANGE):
        yield Verdict("no", reason).sentence
    for reason in (BRIGHT, *LOOKED_FOR.values()):
        yield Verdict("unsure", reason).sentence


def _refusals() -> Iterator[str]:
    """Why files of other kinds are refused."""
    kinds = [*SIGNATURES, *(b"\0\0\0\x0cftyp" + brand for brand in BRANDS)]
    said = [unsupported(kind) for kind in kinds] + [
        contains(content) for content in (*OTHER_CONTENT.values(), "no image")
    ]
    for text in said:
        yield SENTENCES.split(text)[0]
    yield numbered(SENTENCES.split(PAGES.format(0))[0])


def _sentences(path: Path) -> Iterator[str]:
    """The keys of the sentences that a module writes."""
    return (key for _, key in sentences(path) if key is not None)


def _reasons(path: Path) -> Iterator[str]:
    """The reasons why something cannot be measured: constants of the modules, which definitions are not."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            text = node.value.value
            if text.endswith(".") and text[0].isupper() and len(SENTENCES.split(text)) == 1:
                if "{kind}" in text:
                    yield from (text.format(kind=kind) for kind in ("arteries", "veins"))
                else:
                    yield text
