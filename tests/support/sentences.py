"""The sentences that a module of the service writes, read from its source, each with the key of its translations.

What varies in a sentence is {1}, {2}... in the key: numbers, times, what is in “…”, and a list from its colon to the
end. site/js/ui/sentences.js makes the same keys of what the service has said.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

FUNCTION = Path(__file__).parents[2] / "function"
DAY = r"(?<!\w)\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?"
VARYING = re.compile(rf"(?<=“)[^”]+(?=”)|{DAY}|(?<!\w)\d+(?:[.,]\d+)*", re.ASCII)
SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z“])(?![^“”]*”)")
UNKNOWN, LIST, QUOTED = "\0", "\1", "“x”"
"""What stands for an unknown part, for a list, and for something in quotation marks that varies."""
PARTS = re.compile(rf"{SENTENCES.pattern}|(?<=[.?!]) (?={UNKNOWN}\.?(?: |$))")
LISTED = {"contact"}
"""Names of lists, beside what is joined."""
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
    "expires",
}
"""Names of numbers, times and ids in sentences, beside what is formatted as a number."""


class Scope(NamedTuple):
    """Where names are looked up: a module, and what the function assigns that writes the sentence."""

    module: ModuleType
    assigned: dict[str, list[ast.expr]]


@cache
def sentences(path: Path) -> list[tuple[str, str | None]]:
    """The sentences that a module writes, not those of its documentation, each with its key; None: it has none."""
    tree = ast.parse(path.read_text())
    module = importlib.import_module(path.relative_to(FUNCTION).with_suffix("").as_posix().replace("/", "."))
    within = _functions(tree)
    return [
        part
        for node in _said(tree)
        for text in _variants(node, Scope(module, _assigned(within.get(node))))
        for part in _split(text, node)
    ]


def _split(text: str, node: ast.expr) -> Iterator[tuple[str, str | None]]:
    """The sentences of a text with their keys."""
    text = text.strip()
    if not text.endswith((".", UNKNOWN)):
        return
    fixed = isinstance(node, ast.Constant) and "{" not in str(node.value)
    text = re.sub(f"“[^“”]*[{UNKNOWN}{LIST}][^“”]*”", QUOTED, text)
    # What follows an unknown part with a capital letter is a sentence of its own, and so is that part.
    for part in PARTS.split(re.sub(f"{UNKNOWN} (?=[A-Z“])", f"{UNKNOWN}. ", text)):
        if " " not in part or not part.endswith(".") or "\n" in part:
            continue
        key = re.sub(f"(?<=: ){LIST}\\.$", "{list}.", part)
        if UNKNOWN in key or LIST in key or not re.match("[A-Z0-9“]", key):
            yield part, None
        else:
            yield part, key if fixed or not re.search(rf"{QUOTED}|\d|{{list}}", key) else numbered(key)


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


def _functions(tree: ast.Module) -> dict[ast.AST, ast.AST]:
    """The innermost function of each part of a module that is in one."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {node: function for function in functions for node in ast.walk(function)}


@cache
def _assigned(function: ast.AST | None) -> dict[str, list[ast.expr]]:
    """What a function assigns to each name."""
    found = dict[str, list[ast.expr]]()
    for node in ast.walk(function) if function else ():
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def _variants(node: ast.expr, scope: Scope) -> list[str]:
    """What an expression may say, with 0 for every number, and `UNKNOWN` for what cannot be listed."""
    if isinstance(node, ast.JoinedStr):
        said = [_variants(part, scope) for part in node.values]
        return list(dict.fromkeys("".join(parts) for parts in product(*said)))
    if isinstance(node, ast.FormattedValue):
        return ["0"] if node.format_spec else _variants(node.value, scope)
    if isinstance(node, ast.IfExp):
        return _variants(node.body, scope) + _variants(node.orelse, scope)
    if isinstance(node, ast.Constant):
        return _filled(node.value) if isinstance(node.value, str) else [UNKNOWN]
    return _named(node.id, scope) if isinstance(node, ast.Name) else _looked_up(node, scope)


def _looked_up(node: ast.expr, scope: Scope) -> list[str]:
    """What an attribute or a call may say: a constant of a class, a list, a number with its noun."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = getattr(scope.module, node.value.id, None)
        return [getattr(owner, node.attr, UNKNOWN) if isinstance(owner, type) else UNKNOWN]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
        return [LIST]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        noun = "second" if node.func.id == "seconds_of" else None
        if node.func.id == "counted" and isinstance(node.args[1], ast.Constant):
            noun = str(node.args[1].value)
        return [f"0 {noun}", f"0 {noun}s"] if noun else [UNKNOWN]
    return [UNKNOWN]


def _filled(text: str) -> list[str]:
    """A constant with its names in braces filled in."""
    said = [text.replace("{days}", days) for days in ("0 day", "0 days")] if "{days}" in text else [text]
    return [re.sub(r"\{(\w*)\}", lambda name: "0" if name[1] in COUNTED else UNKNOWN, each) for each in said]


def _named(name: str, scope: Scope) -> list[str]:
    """What a name may stand for: a number, what the function assigns to it, or a constant of the module."""
    if name in COUNTED:
        return ["0"]
    if name in LISTED:
        return [LIST]
    known = getattr(scope.module, name, None)
    others = {other: values for other, values in scope.assigned.items() if other != name}
    if name in scope.assigned:
        return [said for value in scope.assigned[name] for said in _variants(value, Scope(scope.module, others))]
    return [str(known)] if isinstance(known, str | int) else [UNKNOWN]


def numbered(text: str) -> str:
    """What varies in it by its place."""
    places = iter(range(1, 100))
    text = VARYING.sub(lambda _: f"{{{next(places)}}}", text)
    return text.replace("{list}", f"{{{next(places)}}}")
