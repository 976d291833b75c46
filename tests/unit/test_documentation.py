"""The documentation matches the code: settings, routes, error codes, columns and links, with none missing or extra."""

import re
from pathlib import Path

import pytest

from conftest import ROOT
from infra.settings import StackSettings
from retina.api import problems
from retina.app import create_app
from retina.cli.results import COLUMNS
from retina.errors import STATUS, GrantRefusedError
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.settings import Settings

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "models/README.md"])
METHODS = ("get", "post", "put", "patch", "delete")


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
    ours = {code for error, (_, code) in STATUS.items() if error is not GrantRefusedError}
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
    for name in re.findall(r"`((?:function|tests|site|infra|models|benchmarks)/[\w./-]+)`", document.read_text()):
        assert (ROOT / name).exists(), name
