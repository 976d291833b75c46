"""The texts of the service that the page translates: names and definitions of measurements, reasons, quality, errors.

They are read from the source: complete sentences, and what the list of measurements has. A number that is written into
a sentence is {1}, {2}... in its key, as site/js/ui/language.js looks it up. A text of several sentences is translated
sentence by sentence.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from retina.imaging.decoding.dicom.header import OTHER_CONTENT, contains
from retina.imaging.decoding.foreign import BRANDS, SIGNATURES
from retina.imaging.decoding.header import unsupported
from retina.imaging.decoding.tiff_pages import PAGES
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.imaging.quality import GRADES
from retina.imaging.retina_gate import BLANK, BRIGHT, LOOKED_FOR, STRANGE, TOO_SMALL, Verdict

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "function" / "retina"
NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z“])")
ELSEWHERE = (
    "__main__.py",
    "cli",
    "tables.py",
    "payment/checkout.py",
    "payment/selling.py",
    "api/middleware",
    "imaging/columns.py",
    "imaging/rendering.py",
    "jobs/training_set.py",
    "queue",
    "storage/database.py",
    "storage/sqlite.py",
)
"""What people on the page do not read: the command line, columns, the log, and the pages that sign in."""
UNKNOWN = "\0"
COUNTED = {
    "width",
    "height",
    "min_side",
    "shaded",
    "bright",
    "seconds",
    "size",
    "MOST_KEYS",
    "MOST_EXPORTS",
    "request_id",
    "stated",
}
"""Names of numbers and ids in sentences, beside what is formatted as a number."""


def service_texts() -> dict[str, str]:
    """Where each text is first, by its key."""
    measurements, quality = "imaging/measurements/registry.py", "imaging/quality.py"
    found = [*((text, measurements) for text in _descriptions()), *((grade, quality) for grade in GRADES)]
    found += [(text, "imaging/retina_gate.py") for text in _verdicts()]
    found += [(text, "imaging/decoding") for text in _refusals()]
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(ELSEWHERE):
            read = _reasons if name.startswith("imaging/measurements") else _sentences
            found += [(text, name) for text in read(path)]
    return {text: f"function/retina/{name}" for text, name in reversed(found)}


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
    for reason in (BLANK, TOO_SMALL, BRIGHT, *LOOKED_FOR.values(), STRANGE):
        for verdict in (Verdict("no", reason), Verdict("unsure", reason)):
            yield verdict.sentence


def _refusals() -> Iterator[str]:
    """Why files of other kinds are refused."""
    kinds = [*SIGNATURES, *(b"\0\0\0\x0cftyp" + brand for brand in BRANDS)]
    said = [unsupported(kind) for kind in kinds] + [
        contains(content) for content in (*OTHER_CONTENT.values(), "no image")
    ]
    for text in said:
        yield SENTENCES.split(text)[0]
    yield _numbered(SENTENCES.split(PAGES.format(0))[0])


def _sentences(path: Path) -> Iterator[str]:
    """The sentences that a module writes; not those of its documentation."""
    tree = ast.parse(path.read_text())
    module = importlib.import_module(path.relative_to(ROOT / "function").with_suffix("").as_posix().replace("/", "."))
    for node in _said(tree):
        for text in _variants(node, module):
            # What follows an unknown part with a capital letter is a sentence of its own.
            parts = SENTENCES.split(text.replace(f"{UNKNOWN} ", f"{UNKNOWN}. ")) if text.endswith(".") else []
            for part in parts:
                if " " in part and UNKNOWN not in part and re.match("[A-Z0-9]", part):
                    yield part if isinstance(node, ast.Constant) and "0 day" not in part else _numbered(part)


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


def _said(tree: ast.Module) -> Iterator[ast.expr]:
    """Strings of the code: no docstrings, no descriptions of fields and routes."""
    skipped = set[ast.AST]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        elif isinstance(node, ast.keyword) and node.arg in {"description", "examples", "summary", "help"}:
            skipped |= set(ast.walk(node))
        elif isinstance(node, ast.JoinedStr):
            skipped |= set(ast.walk(node)) - {node}
    for node in ast.walk(tree):
        if node not in skipped and isinstance(node, ast.Constant | ast.JoinedStr):
            yield node


def _variants(node: ast.expr, module: ModuleType) -> list[str]:
    """What a string may say, with 0 for every number, and `UNKNOWN` for what cannot be listed."""
    if isinstance(node, ast.Constant):
        said = (
            [node.value.replace("{days}", days) for days in ("0 day", "0 days")] if isinstance(node.value, str) else []
        )
        return [re.sub(r"\{\w*\}", UNKNOWN, text) for text in said]
    variants = [""]
    for part in node.values if isinstance(node, ast.JoinedStr) else []:
        said = [str(part.value)] if isinstance(part, ast.Constant) else _values(part, module)
        variants = [before + each for before in variants for each in said]
    return variants


def _values(part: ast.expr, module: ModuleType) -> list[str]:
    """What may stand in a place of a sentence: a number, a constant of the module, one of two words."""
    assert isinstance(part, ast.FormattedValue)
    value = part.value
    if isinstance(value, ast.IfExp):
        choices = (value.body, value.orelse)
        return [str(each.value) if isinstance(each, ast.Constant) else UNKNOWN for each in choices]
    if part.format_spec or (isinstance(value, ast.Name) and value.id in COUNTED):
        return ["0"]
    if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
        owner = getattr(module, value.value.id, None)
        return [getattr(owner, value.attr, UNKNOWN) if isinstance(owner, type) else UNKNOWN]
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        noun = "second" if value.func.id == "seconds_of" else None
        if value.func.id == "counted" and isinstance(value.args[1], ast.Constant):
            noun = str(value.args[1].value)
        return [f"0 {noun}", f"0 {noun}s"] if noun else [UNKNOWN]
    known = getattr(module, value.id, None) if isinstance(value, ast.Name) else None
    return [str(known)] if isinstance(known, str | int) else [UNKNOWN]


def _numbered(text: str) -> str:
    """Its numbers by their place."""
    places = iter(range(1, 100))
    return NUMBERS.sub(lambda _: f"{{{next(places)}}}", text)
