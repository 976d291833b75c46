"""Keeps files out of the package that the function never opens."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

UNUSED = frozenset({"protobuf", "ml-dtypes", "tqdm", "flatbuffers", "backports-strenum", "pycparser", "idna"})
"""Dependencies of ai-edge-litert, cffi and anyio that they only need for features not used here."""
POWERTOOLS = (
    "auth_alpha",
    "circuit_breaker",
    "feature_flags",
    "idempotency",
    "kafka",
    "parameters",
    "parser",
    "streaming",
    "data_masking",
    "validation",
)
PRUNED = (
    "bin",
    "**/tests",
    "**/include",
    "**/*.pyi",
    "**/*.[hc]",
    "**/*.hpp",
    "**/*.pxd",
    "**/*.a",
    "**/*.dist-info/sboms",
    "**/*.dist-info/RECORD",
    "**/*.dist-info/REQUESTED",
    "**/*.dist-info/INSTALLER",
    "cv2/data/*.xml",
    "cv2/LICENSE*",  # the same as beside its metadata
    "numpy/_core/*_tests.*.so",
    "numpy/_core/_simd.*.so",  # for numpy's own tests; the code in use is in _multiarray_umath
    "numpy/f2py",
    "numpy/fft",
    "numpy/random",
    "numpy/testing",
    "numpy/polynomial",
    "PIL/_avif*",
    "pillow.libs/libavif*",
    "PIL/_imagingft*",
    "PIL/_imagingmath*",
    "PIL/_imagingmorph*",
    "PIL/_imagingtk*",
    "pillow.libs/libfreetype*",
    "pillow.libs/libharfbuzz*",
    "pillow.libs/libbrotli*",
    "cffi",
    "ai_edge_litert/libLiteRt*.so",
    "ai_edge_litert/*_pb2.py",
    "ai_edge_litert/schema_py_generated.py",
    "ai_edge_litert/aot",
    "ai_edge_litert/tools",
    "ai_edge_litert/vendors",
    "aws_lambda_powertools/event_handler",
    *(f"aws_lambda_powertools/utilities/{name}" for name in POWERTOOLS),
    "fastapi/.agents",
    "fastapi_offline/static/redoc*",
    "imagecodecs/zarr.py",
    "imagecodecs/numcodecs.py",
    "pydicom/cli",
    "pydicom/data/charset_files",
    "pydicom/data/palettes",
    "pydicom/data/test_files",
    "pydicom/fileset.py",
    "pydicom/overlays",
    "pydicom/sr",
    "tifffile/zarr.py",
    "pydantic/mypy.py",
    "pydantic/v1/mypy.py",
)
"""Files that the function never opens. OpenCV's video codecs stay: it is linked to them."""

CODECS = ("_shared", "_shared_cython", "_imcd", "_zlib", "_png", "_jpeg8", "_jpegls", "_jpeg2k")
"""The few imagecodecs modules, out of sixty, that decode TIFF, 16-bit colour PNG and DICOM: LZW, PackBits, Deflate,
predictors, RLE, JPEG, JPEG-LS, JPEG 2000.
"""
CODEC_LIBRARIES = ("libpng16", "libjpeg", "libcharls", "libopenjp2", "liblcms2")


def prune(folder: Path) -> None:
    """Remove from `folder` what the function never opens."""
    for pattern in PRUNED:
        for path in [*folder.glob(pattern)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    _keep_only(folder / "imagecodecs", "*.so", CODECS)
    _keep_only(folder / "imagecodecs.libs", "*", CODEC_LIBRARIES)


def _keep_only(folder: Path, pattern: str, names: Iterable[str]) -> None:
    """Remove the files in `folder` that match `pattern`, unless the name up to its first dot or dash is in `names`."""
    for path in [*folder.glob(pattern)]:
        if re.split(r"[.-]", path.name)[0] not in {*names}:
            path.unlink()
