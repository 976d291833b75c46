"""The documentation matches the code: settings, routes, errors, columns, links and paths, none missing or extra."""

import re
from pathlib import Path
from typing import cast

import pytest

from conftest import ROOT
from infra.settings import StackSettings
from retina.api import problems
from retina.api.routes import usage
from retina.app import create_app
from retina.batches import tables as batch_tables
from retina.cli import measurement_table
from retina.cli.results import COLUMNS
from retina.error_codes import STATUS
from retina.history import tables as history_tables
from retina.imaging.columns import FOUND
from retina.imaging.measurement_rows import MEASURED
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.jobs import account_tables, training_set
from retina.services import Services
from retina.settings import Settings
from retina.tables import dictionary

LONG = {
    "a batch": batch_tables.LONG_COLUMNS,
    "the history": history_tables.LONG_COLUMNS,
    "the command line": measurement_table.LONG_COLUMNS,
}
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "models/README.md"])
METHODS = ("get", "post", "put", "patch", "delete")
UNTRACKED = {"build", "data", "dist"}
TABLES = {
    "results.csv": batch_tables.COLUMNS,
    "history.csv": history_tables.COLUMNS,
    "keys.csv": account_tables.KEYS,
    "batches.csv": account_tables.BATCHES,
    "ledger.csv": account_tables.LEDGER,
    "purchases.csv": account_tables.PURCHASES,
    "audit.csv": account_tables.AUDIT,
    "usage.csv": usage.COLUMNS,
    "split.csv": training_set.SPLIT,
    "corrections.csv": training_set.CORRECTIONS,
}


def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def first_cells(document: str) -> list[str]:
    """Of every row of every table."""
    return [line.split(" | ")[0] for line in document.splitlines() if line.startswith("| ")]


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


@pytest.mark.parametrize(
    ("document", "prefix", "settings"),
    [("settings.md", "RETINA_", Settings), ("cloud.md", "RETINA_STACK_", StackSettings)],
)
def test_settings(document: str, prefix: str, settings: type[Settings | StackSettings]) -> None:
    table = text(document)
    if settings is StackSettings:
        table = table[table.index("## Settings of the stack") :]
    rows = [line.split("|") for line in table.splitlines() if line.startswith(f"| `{prefix}")]
    assert all(re.fullmatch(rf"( `{prefix}[A-Z_]+`,?)+ ", row[1]) for row in rows)
    listed = [(name, row[2]) for row in rows for name in re.findall(rf"`{prefix}(\w+)`", row[1])]
    assert sorted(name.lower() for name, _ in listed) == sorted(settings.model_fields)
    for name, defaults in listed:
        default = settings.model_fields[name.lower()].default
        if isinstance(default, int | str) and not isinstance(default, bool):
            assert str(default) in re.split(r"[`, ]+", defaults) or defaults.strip() == f"`{default}`", name


def test_routes() -> None:
    operations = {
        f"{method.upper()} {path}"
        for path, methods in create_app().openapi()["paths"].items()
        for method in methods
        if method in METHODS
    }
    listed = set()
    for cell in first_cells(text("api.md")):
        earlier: list[str] = []
        for code in re.findall(r"`([^`]+)`", cell):
            method, _, path = code.partition(" ")
            earlier.append(method)
            if path.startswith("/"):
                listed |= {f"{each} {path}" for each in earlier}
                earlier = []
    undocumented = {"GET /api/v1/docs", "GET /api/v1/openapi.json"}
    assert listed - undocumented == operations


def test_error_codes() -> None:
    source = Path(problems.__file__).read_text()
    ours = {code for _, code in STATUS.values()}
    ours |= set(re.findall(r'"(\w+_(?:error|request|allowed|unusable|full)|not_found)"', source))
    listed = {
        code
        for line in text("errors.md").splitlines()
        if re.match(r"\| \d(\d\d|xx)", line)
        for code in re.findall(r"`(\w+)`", line.split(" | ")[1])
    }
    assert listed == ours
    for status, code in STATUS.values():
        if code in listed:
            assert re.search(rf"^\| {status} \|.*`{code}`", text("errors.md"), re.MULTILINE), code


def test_columns() -> None:
    document = text("command-line.md")
    table = document[document.index("### results.csv") : document.index("## retina batch")]
    listed = [name for cell in first_cells(table) for name in re.findall(r"`(\w+)`", cell)]
    measured = [each.name for each in MEASUREMENTS]
    assert [*listed, *measured] == [*COLUMNS]
    assert "| one for each measurement |" in table


@pytest.mark.parametrize("table", TABLES)
def test_columns_of_exported_tables(table: str) -> None:
    """Columns that every table of results has are described with the command line."""
    own = {name: meaning for name, meaning in TABLES[table].items() if name not in FOUND}
    rest = [] if own == TABLES[table] else ["| from `width` on | [the columns of every table of results]"]
    pattern = rf"^`{re.escape(table)}`.*?\n\n(.*?)(?:\n\n|\Z)"
    [section] = re.findall(pattern, text("tables.md"), re.MULTILINE | re.DOTALL)
    rows = section.rstrip().splitlines()
    assert rows[: len(own) + 2] == dictionary(own).splitlines()
    assert [line.split("(")[0] for line in rows[len(own) + 2 :]] == rest
    assert [*TABLES[table]][len(own) :] == ([*FOUND] if rest else [])


@pytest.mark.parametrize("table", LONG)
def test_columns_in_long_form(table: str) -> None:
    """Those that every table in long form has are listed once."""
    document = text("tables.md")
    assert dictionary(MEASURED) in document
    own = {name: meaning for name, meaning in LONG[table].items() if name not in MEASURED}
    [section] = re.findall(rf"^`measurements.csv` of {table} .*?\n\n(.*?)\n\n", document, re.MULTILINE | re.DOTALL)
    *rows, rest = section.splitlines()
    assert rows == dictionary(own).splitlines()
    assert rest.startswith("| from `measurement` on | [the columns of every table in long form]")
    assert [*LONG[table]] == [*own, *MEASURED]


def test_every_table_of_an_account_export_is_described() -> None:
    files = [name for name, _ in account_tables.account_tables(cast(Services, None), "")]
    assert {*files} < {*TABLES}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = (document.parent / path) if path else document
        assert there.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.*)$", there.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named(document: Path) -> None:
    """Paths in backquotes, from the root of the repository or from `function/retina/`."""
    roots = [ROOT, ROOT / "function/retina"]
    first = {path.name for root in roots for path in root.iterdir() if path.is_dir()} - UNTRACKED
    for name in re.findall(r"`([\w.-]+/[\w./-]*)`", document.read_text()):
        if name.partition("/")[0] in first:
            assert any((root / name).exists() for root in roots), name


def test_modules_in_the_way_of_a_photograph() -> None:
    picture = text("architecture.md").partition("```mermaid")[2].partition("```")[0]
    named = re.findall(r"\b(imaging/\w+)", picture)
    assert len(named) > 5
    for name in named:
        path = ROOT / "function/retina" / name
        assert path.is_dir() or path.with_suffix(".py").exists(), name


def test_folders_in_the_map() -> None:
    """A folder at the start of a line is inside the folder that it is indented under."""
    lines = text("architecture.md").partition("## The folders")[2].split("```")[1].splitlines()
    inside = {0: ROOT, 2: ROOT / "function", 4: ROOT / "function/retina"}
    named = [
        inside[len(line) - len(line.lstrip())] / name
        for line in lines
        for name in re.findall(r"(\w+)/,? ", line[:21] + " ")
    ]
    assert len(named) > 15
    assert [str(path) for path in named if not path.is_dir()] == []
