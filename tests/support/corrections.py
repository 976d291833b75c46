"""Masks as a person might have corrected them, and their files."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

from retina.imaging.arrays import Mask
from support.house import PREDICTIONS, House


def read(data: bytes | str) -> Mask:
    """The mask in a file, or in base64 of one."""
    content = base64.b64decode(data) if isinstance(data, str) else data
    return np.asarray(Image.open(io.BytesIO(content)).convert("L")) > 0


def png(mask: Any, mode: str = "L") -> bytes:
    """A mask as a PNG of 8 bits ("L") or of 1 ("1")."""
    file = io.BytesIO()
    Image.fromarray(np.asarray(mask, np.uint8) * 255).convert(mode).save(file, "PNG")
    return file.getvalue()


def found(house: House, photo: bytes, outputs: str = "mask,field_of_view,artery_vein") -> dict[str, Any]:
    """What the network finds, for nobody."""
    answer = house.client.post(PREDICTIONS, files={"file": photo}, data={"outputs": outputs})
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def without_the_left(mask: Mask) -> Mask:
    """The mask after somebody has erased everything in the left half."""
    corrected = mask.copy()
    corrected[:, : mask.shape[1] // 2] = False
    return corrected


def halves(mask: Mask) -> tuple[Mask, Mask]:
    """The upper half as arteries and the lower one as veins."""
    upper, lower = mask.copy(), mask.copy()
    upper[mask.shape[0] // 2 :] = False
    lower[: mask.shape[0] // 2] = False
    return upper, lower


def files_of(mask: Any, arteries: Any = None, veins: Any = None) -> dict[str, tuple[str, bytes]]:
    """The files of a form."""
    masks = {"corrected_mask": mask, "corrected_arteries": arteries, "corrected_veins": veins}
    return {name: (f"{name}.png", png(each)) for name, each in masks.items() if each is not None}
