"""Lock files, wheel and repository: pinned, complete, and without machine names."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT
from retina import __version__

LOCKS = sorted({*ROOT.glob("function/*.txt"), *ROOT.glob("tests/*.txt"), *ROOT.glob("models/*.txt")})


def names(lines: list[str]) -> set[str]:
    return {re.split(r"[\s=<>;\[]", line, maxsplit=1)[0] for line in lines if line and line[0].isalpha()}


def test_locks_pin_with_hashes_and_name_no_host() -> None:
    assert len(LOCKS) == 6
    for lock in LOCKS:
        text = lock.read_text()
        assert "://" not in text, lock
        assert "index-url" not in text, lock
        for requirement in re.findall(r"^[a-z].*(?:\n +--hash.*)*", text, re.MULTILINE):
            assert re.match(r"[a-z0-9._-]+(\[\w+\])?==\S+", requirement), (lock, requirement)
            assert "--hash=sha256:" in requirement, (lock, requirement)


def test_a_release_made_after_the_lock_was_written_is_never_looked_at() -> None:
    """pip ignores a pin where a package asks for another's extra, so only the lock may say what is installed."""
    installs = re.findall(r"pip install (.*) -r (\S+\.txt)", (ROOT / "Makefile").read_text())
    # The other two are the functions'; the packages' builder installs them for Lambda's platform.
    functions = {ROOT / "function" / name for name in ("requirements.txt", "requirements-payment.txt")}
    assert {ROOT / lock for _, lock in installs} == {*LOCKS} - functions
    assert {options for options, _ in installs} == {"-q --no-deps --require-hashes"}


def test_the_locks_name_all_that_their_packages_ask_for() -> None:
    check = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout


def test_the_lock_of_the_javascript_tools_pins_with_hashes_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert "://" not in text
    wanted, *packages = json.loads(text)["packages"].values()
    assert wanted["devDependencies"] == json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d[\w.-]+", version) for version in wanted["devDependencies"].values())
    assert len(packages) > 50
    assert all("resolved" not in package and "integrity" in package for package in packages)


def test_the_function_ships_a_subset_of_the_local_requirements_in_the_same_versions() -> None:
    ours = set(re.findall(r"^[a-z][^ ]*==[^ ]+", (ROOT / "function" / "requirements.txt").read_text(), re.MULTILINE))
    local = set(
        re.findall(r"^[a-z][^ ]*==[^ ]+", (ROOT / "function" / "requirements-local.txt").read_text(), re.MULTILINE)
    )
    clouds = {requirement for requirement in ours if requirement.startswith(("aws-lambda-powertools==", "jmespath=="))}
    assert len(clouds) == 2
    assert ours - clouds < local
    declared = names(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    shipped = names((ROOT / "function" / "requirements.in").read_text().splitlines())
    assert declared - shipped == {"uvicorn", "tqdm", "argon2-cffi", "httpx", "zxcvbn"}


@pytest.mark.package
def test_the_wheel_carries_the_model_and_the_page(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    assert wheel.name.startswith(f"retina_vessels-{__version__}-")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    installed = tmp_path / "installed" / "retina"
    models = ("models/unet.json", "models/unet.tflite", "models/field_of_view.tflite", "models/structures.tflite")
    for part in (*models, "site/index.html", "site/samples/retina.jpg"):
        assert (installed / part).exists(), part
    out = tmp_path / "out"
    run = [sys.executable, "-m", "retina", "segment", str(installed / "site/samples/retina.jpg"), "--out", str(out)]
    environment = {"PYTHONPATH": str(tmp_path / "installed")}
    subprocess.run(run, check=True, capture_output=True, env=environment, cwd=tmp_path)
    assert (out / "retina_mask.png").exists()


def test_the_repository_names_no_machine_and_no_registry() -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    # As bytes, since networks and pictures may carry such a name, too.
    forbidden = re.compile(rb"(^|[^\w.])/(wor[k]|roo[t]|hom[e])/|--(extra-)?index-url|\"resolved\": *\"http")
    for name in filter(None, listing.split("\0")):
        path = ROOT / name
        if path.is_file() and path.name != "test_packaging.py":
            found = forbidden.search(path.read_bytes())
            assert not found, (name, found)
