"""Imports go one way: down the layers of the package, and never in a circle."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "function" / "retina"
LAYERS = (
    {"__main__"},
    {"app", "payment_app"},
    {"api", "cli"},
    {"jobs", "deletion"},
    {"services"},
    {"history", "batches"},
    {"exports"},
    {"auth", "payment"},
    {"accounts"},
    {"queue"},
    {"storage", "imaging", "tables", "error_codes"},
    {"cells", "clock", "errors", "events", "ids", "settings"},
    {"prices"},
    {"__init__"},
)
"""Rooms of `retina`, the uppermost first; each may import what is below it, and those of one layer not each other."""
EXCEPTIONS = {("cli", "app")}
"""`retina serve` starts the application."""
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}


def modules() -> dict[str, Path]:
    """Every module by its name within the package, such as "accounts.ledger"; a package by its own."""
    names = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
    return {name.removesuffix(".__init__"): path for name, path in names.items()}


def imported(source: str, known: set[str]) -> Iterator[str]:
    """Names of the modules of `retina` that `source` imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("retina.") for alias in node.names if alias.name.startswith("retina."))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "retina":
            base = (node.module or "").removeprefix("retina").removeprefix(".")
            for alias in node.names:
                inner = f"{base}.{alias.name}".removeprefix(".")
                yield inner if inner in known else base or "__init__"


def room(module: str) -> str:
    return module.split(".")[0]


def wrong_arrows(arrows: dict[str, set[str]]) -> list[str]:
    return [
        f"{module} imports {target}"
        for module, targets in sorted(arrows.items())
        for target in sorted(targets)
        if room(module) != room(target)
        and (room(module), room(target)) not in EXCEPTIONS
        and LEVEL[room(module)] >= LEVEL[room(target)]
    ]


@pytest.fixture(scope="module")
def arrows() -> dict[str, set[str]]:
    found = modules()
    return {module: set(imported(path.read_text(), set(found))) for module, path in found.items()}


def test_every_package_has_a_layer(arrows: dict[str, set[str]]) -> None:
    assert {room(module) for module in arrows} == set(LEVEL)


def test_imports_point_down(arrows: dict[str, set[str]]) -> None:
    assert wrong_arrows(arrows) == []


def test_no_imports_run_in_a_circle(arrows: dict[str, set[str]]) -> None:
    TopologicalSorter({module: targets - {module} for module, targets in arrows.items()}).prepare()


def test_imaging_knows_nothing_of_the_service(arrows: dict[str, set[str]]) -> None:
    outside = {target for module, targets in arrows.items() if room(module) == "imaging" for target in targets}
    assert {room(target) for target in outside} <= {"imaging", "errors"}


def test_wrong_arrows_are_found() -> None:
    known = {"imaging.network", "accounts.ledger", "errors"}
    source = "from retina.accounts import ledger\nimport retina.errors\nfrom retina.accounts.ledger import Credits\n"
    targets = set(imported(source, known))
    assert targets == {"accounts.ledger", "errors"}
    assert wrong_arrows({"imaging.network": targets}) == ["imaging.network imports accounts.ledger"]
    assert wrong_arrows({"queue.sqs": {"accounts.ledger"}}) == ["queue.sqs imports accounts.ledger"]


def test_what_a_service_on_its_own_computer_lacks_is_imported_where_it_is_needed() -> None:
    """`make run` installs neither what Lambda's runtime has, nor the library that sells credits."""
    lacking = {"boto3", "botocore", "stripe"}
    found = set()
    for module, path in modules().items():
        for node in ast.parse(path.read_text()).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {(module, name.partition(".")[0]) for name in names if name.partition(".")[0] in lacking}
    assert found == {("payment.checkout", "stripe")}, "and that module is imported only where credits are sold"
