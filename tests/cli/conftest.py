"""A folder of photographs."""

from pathlib import Path

import pytest
from PIL import Image

from retina.imaging.arrays import Rgb
from support.specimens import encode


@pytest.fixture
def photos(tmp_path: Path, quick_rgb: Rgb) -> Path:
    """Two good photographs, one turned, in a folder and a folder below it."""
    folder = tmp_path / "photos"
    (folder / "deeper").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(encode(Image.fromarray(quick_rgb), "JPEG"))
    (folder / "deeper" / "b.png").write_bytes(encode(Image.fromarray(quick_rgb[::-1].copy()), "PNG"))
    return folder
