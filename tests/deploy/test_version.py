"""One version: it is in `retina/__init__.py`, and everything else takes it from there."""

import re
import subprocess
import sys
import tomllib

from fastapi.testclient import TestClient

from conftest import ROOT
from retina import __version__
from retina.app import create_app

SOURCE = "function/retina/__init__.py"


def test_the_wheel_takes_it_from_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == SOURCE


def test_the_api_reports_it(client: TestClient) -> None:
    assert create_app().openapi()["info"]["version"] == __version__
    assert client.get("/api/v1/health").json()["version"] == __version__


def test_the_command_line_prints_it(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "retina", "--version"]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert printed == f"{__version__}\n"


def test_no_other_code_repeats_it() -> None:
    """Page, stack and tests included; comments may name a version as the first of something."""
    listing = ["git", "ls-files", "*.py", "*.js", "*.html", "*.toml", "package.json", "cdk.json"]
    files = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    quoted = re.compile(rf"[\"'>]v?{re.escape(__version__)}[\"'<]")
    assert [name for name in files if quoted.search((ROOT / name).read_text())] == [SOURCE]


def test_the_changelog_has_its_changes() -> None:
    titles = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert titles[0] == "Unreleased"
    assert titles[1].startswith(f"{__version__} - ")
