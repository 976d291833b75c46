"""What a user does who corrects vessels: strokes on the photograph, and what is read beside the brush."""

import io
import re

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.visit import Visit, settle


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """A spot of the photograph, 0 to 1, in the window."""
    settle(page)
    box = page.locator("#layers").bounding_box()
    assert box
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def stroke(page: Page, *spots: tuple[float, float]) -> None:
    page.mouse.move(*place(page, *spots[0]))
    page.mouse.down()
    for spot in spots[1:]:
        page.mouse.move(*place(page, *spot), steps=4)
    page.mouse.up()


def density(page: Page) -> float:
    """In per cent, as it is beside the brush."""
    found = re.match(r"Vascular density ([\d.]+)\s%", page.locator("#correct-words").inner_text())
    assert found
    return float(found[1])


def expect_headline(page: Page, density: float) -> None:
    """Beside the photograph the density has one decimal, beside the brush two: 18.546 % is 18.55 and 18.5."""
    either = "|".join(sorted({re.escape(f"{density + shift:.1f}") for shift in (-0.005, 0.0049)}))
    expect(page.locator("#facts .headline")).to_contain_text(re.compile(rf"(?<!\d)({either})\s%"))


def mask(visit: Visit) -> tuple[str, NDArray[np.bool_]]:
    name, data = visit.download(lambda: visit.page.get_by_role("link", name="Vessel mask (PNG)").click())
    return name, np.asarray(Image.open(io.BytesIO(data)).convert("L")) > 127


def begin(page: Page) -> None:
    page.locator("#stage").focus()
    page.keyboard.press("c")
    expect(page.get_by_role("group", name="Correct the vessels")).to_be_visible()
    expect(page.locator("#layer-correction")).to_have_attribute("data-state", "drawn")
    expect(page.locator("#correct-words")).to_contain_text("Vascular density")


def kinds(visit: Visit) -> NDArray[np.uint8]:
    _, data = visit.download(lambda: visit.page.locator("#download-kinds").click())
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
