"""`python -m support.first_visit http://127.0.0.1:8000`: renew the README's pictures from a running service."""

import io
import re
import sys
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, ViewportSize, sync_playwright

DOCS = Path(__file__).parents[2] / "docs"

SIZE: ViewportSize = {"width": 1440, "height": 900}
SHOWN = (960, 600)
"""Pixels of the window, and of the animation."""

COLOURS = 96
POINTER = ((0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12))
"""Outline of the pointer, which screenshots leave out, in pixels from its tip."""


class Film:
    """Frames with their durations in milliseconds."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: list[tuple[Image.Image, int]] = []
        self._pointer = (SIZE["width"] // 2, SIZE["height"] // 2)

    def show(self, milliseconds: int) -> None:
        """Take the page as it is now."""
        frame = Image.open(io.BytesIO(self._page.screenshot())).convert("RGB")
        x, y = self._pointer
        ImageDraw.Draw(frame).polygon([(x + right, y + down) for right, down in POINTER], "white", "black")
        self._frames.append((frame.resize(SHOWN, Image.Resampling.LANCZOS), milliseconds))

    def move(self, x: float, y: float, steps: int = 3) -> None:
        """Move the pointer there, and show it on its way."""
        left, top = self._pointer
        for step in range(1, steps + 1):
            self._pointer = (round(left + (x - left) * step / steps), round(top + (y - top) * step / steps))
            self._page.mouse.move(*self._pointer)
            self.show(90)

    def click(self, selector: str) -> None:
        """Move to the middle of an element and click it."""
        box = self._page.locator(selector).bounding_box()
        assert box, selector
        self.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self._page.mouse.down()
        self._page.mouse.up()

    def save(self, path: Path) -> None:
        """Write the animation; it runs for ever."""
        images = [frame.quantize(COLOURS, dither=Image.Dither.NONE) for frame, _ in self._frames]
        durations = [duration for _, duration in self._frames]
        images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=True)


def visit(page: Page, address: str) -> Film:
    """A first visit: the sample photograph, arteries and veins, a closer look, the wipe, a probability."""
    film = Film(page)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    film.show(1200)
    film.click("text=Try this photograph")
    film.show(300)
    page.get_by_text(re.compile(r"[\d.]+\s% of the field of view")).first.wait_for()
    page.wait_for_timeout(500)
    film.show(1500)
    film.click('label:has-text("Arteries and veins") >> nth=0')
    page.get_by_text("Vessel of unclear kind").wait_for()
    page.wait_for_timeout(500)
    film.show(1500)
    page.screenshot(path=DOCS / "screenshot.png")
    box = page.locator("#stage").bounding_box()
    assert box
    x, y = box["x"] + 0.45 * box["width"], box["y"] + 0.6 * box["height"]
    film.move(x, y)
    for _ in range(4):
        page.mouse.wheel(0, -240)
        page.wait_for_timeout(400)
        film.show(200)
    film.show(900)
    page.keyboard.press("w")
    page.wait_for_timeout(500)
    film.show(900)
    page.keyboard.press("w")
    page.keyboard.press("v")
    page.locator("#readout").get_by_text("Probability").wait_for(timeout=120_000)
    for right, down in ((60, 40), (-10, 60)):
        film.move(x + right, y + down, steps=1)
        page.wait_for_timeout(300)
        film.show(900)
    return film


def main(address: str) -> None:
    """Film the page of the service at `address`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        visit(browser.new_page(viewport=SIZE), address).save(DOCS / "first-visit.gif")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
