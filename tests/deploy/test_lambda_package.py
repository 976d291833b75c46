"""The Lambda package: reproducible, and refused if Lambda would refuse it."""

import io
import shutil
import subprocess
import sys
from pathlib import Path

import cryptography.hazmat.bindings._rust
import cv2
import imagecodecs._imcd
import numpy
import pytest
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from conftest import ROOT
from infra.package import bytecode, limits, symbols
from infra.package.inventory import digest, total
from infra.package.limits import PackageError
from support.lambda_package import Built

pytestmark = [pytest.mark.package, pytest.mark.xdist_group("package")]

ALLOC = SH_FLAGS.SHF_ALLOC
"""Set on what the loader puts into memory."""


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
    for model in ("unet.tflite", "field_of_view.tflite", "structures.tflite"):
        assert (built.folder / "retina" / "models" / model).read_bytes() == (ROOT / "models" / model).read_bytes()
    assert [*built.folder.glob("numpy-*.dist-info/licenses/**/*.txt")], "licences travel with what they cover"


def test_the_package_leaves_room_to_grow(built: Built) -> None:
    assert limits.LIMIT - total(built.folder) >= 15_000_000


def test_libraries_come_without_symbol_tables_unless_auditwheel_has_patched_them(built: Built) -> None:
    for name in (
        "ai_edge_litert/libpywrap_litert_common.so",
        "cryptography/hazmat/bindings/_rust.abi3.so",
        "imagecodecs/_imcd.abi3.so",
        "imagecodecs/_shared.abi3.so",
    ):
        with (built.folder / name).open("rb") as file:
            unloaded = [section for section in ELFFile(file).iter_sections() if not section["sh_flags"] & ALLOC]
        assert {section.name for section in unloaded} == {"", ".shstrtab"}, name


LIBRARIES = (
    (Path(cryptography.hazmat.bindings._rust.__file__), True),
    (Path(imagecodecs._imcd.__file__), True),
    (next(Path(numpy.__file__).parents[1].glob("numpy.libs/libscipy_openblas64_-*.so")), False),
    (next(Path(cv2.__file__).parents[1].glob("opencv_python_headless.libs/libopenblas-*.so*")), False),
)
"""Libraries, and whether they can be cut: auditwheel has not patched them."""


@pytest.mark.parametrize(("library", "shorter"), LIBRARIES, ids=[library.name for library, _ in LIBRARIES])
def test_a_library_that_is_cut_keeps_all_that_is_loaded(library: Path, shorter: bool, tmp_path: Path) -> None:
    before, path = library.read_bytes(), tmp_path / library.name
    shutil.copy(library, path)
    needs = dict(limits.glibc(tmp_path))
    symbols.cut(tmp_path)
    after = path.read_bytes()
    assert len(after) < len(before) * 0.9 if shorter else after == before
    loaded = [loadable(content) for content in (before, after)]
    assert loaded[0] == loaded[1] != []
    assert dict(limits.glibc(tmp_path)) == needs, "its sections are still found by their names"
    load = [sys.executable, "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", str(path)]
    subprocess.run(load, env={"LD_LIBRARY_PATH": str(library.parent)}, check=True)  # for what is beside it
    symbols.cut(tmp_path)
    assert path.read_bytes() == after


def loadable(library: bytes) -> list[tuple[str, bytes]]:
    """The kinds and contents of a library's segments, apart from its own header, which says where sections are."""
    return [
        (segment["p_type"], segment.data()[0 if segment["p_offset"] else 64 :])
        for segment in ELFFile(io.BytesIO(library)).iter_segments()
    ]


def test_modules_are_bytecode_unless_their_source_is_read(built: Built) -> None:
    sources = {path.relative_to(built.folder).as_posix() for path in built.folder.rglob("*.py")}
    assert sources == bytecode.READ
    caches = {path.parent for path in built.folder.rglob("__pycache__")}
    assert caches == {(built.folder / source).parent for source in bytecode.READ}
    assert (built.folder / "retina" / "app.pyc").is_file()


def test_the_package_is_readable_by_every_user(built: Built) -> None:
    assert {path.stat().st_mode & 0o777 for path in built.folder.rglob("*")} == {0o644, 0o755}
