"""The Lambda package: reproducible, and refused if Lambda would refuse it."""

import shutil
from pathlib import Path

import pytest

from conftest import ROOT
from infra.package import bytecode, limits
from infra.package.inventory import digest, total
from infra.package.limits import PackageError
from support.lambda_package import Built

pytestmark = [pytest.mark.package, pytest.mark.xdist_group("package")]


def test_two_builds_are_equal_and_a_changed_build_differs(built: Built, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(built.folder, again)
    assert digest(again) == digest(built.folder)
    (again / "handler.pyc").chmod(0o755)
    assert digest(again) != digest(built.folder)
    (again / "handler.pyc").chmod(0o644)
    (again / "retina" / "more.py").write_text("")
    assert digest(again) != digest(built.folder)


def test_packages_that_lambda_would_refuse_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as large:
        large.truncate(limits.LIMIT + 1)
    with pytest.raises(PackageError, match="262,144,001 bytes"):
        limits.check(tmp_path)
    (tmp_path / "large").unlink()
    (tmp_path / "broken.so").write_bytes(b"text")
    with pytest.raises(PackageError, match="no library"):
        limits.check(tmp_path)


def test_a_library_for_a_newer_glibc_is_refused(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = dict(limits.glibc(built.folder))
    assert len(needs) > 30
    assert (2, 17) < max(needs.values()) <= limits.GLIBC
    monkeypatch.setattr(limits, "GLIBC", (2, 17))
    with pytest.raises(PackageError, match=r"needs glibc 2\.\d+"):
        limits.check(built.folder)


def test_unneeded_files_are_not_packaged(built: Built) -> None:
    for pattern in ("tests", "*.pyi", "RECORD", "requirements*.txt"):
        assert not [*built.folder.rglob(pattern)], pattern
    for name in ("google", "ml_dtypes", "tqdm", "uvicorn", "boto3", "bin"):
        assert not (built.folder / name).exists(), name
    for model in ("unet.tflite", "field_of_view.tflite"):
        assert (built.folder / "retina" / "models" / model).read_bytes() == (ROOT / "models" / model).read_bytes()
    assert [*built.folder.glob("numpy-*.dist-info/licenses/**/*.txt")], "licences travel with what they cover"


def test_the_package_leaves_room_to_grow(built: Built) -> None:
    """Of 19 MB, DICOM took 7.1 and the strict decoder of JPEG files 1.1: docs/decisions/dicom.md."""
    assert limits.LIMIT - total(built.folder) >= 8_000_000


def test_modules_are_bytecode_unless_their_source_is_read(built: Built) -> None:
    sources = {path.relative_to(built.folder).as_posix() for path in built.folder.rglob("*.py")}
    assert sources == bytecode.READ
    caches = {path.parent for path in built.folder.rglob("__pycache__")}
    assert caches == {(built.folder / source).parent for source in bytecode.READ}
    assert (built.folder / "retina" / "app.pyc").is_file()


def test_the_package_is_readable_by_every_user(built: Built) -> None:
    assert {path.stat().st_mode & 0o777 for path in built.folder.rglob("*")} == {0o644, 0o755}
