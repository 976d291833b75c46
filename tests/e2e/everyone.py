"""Accessibility checks for any page state: axe finds nothing, and nothing scrolls sideways.

Checked at desktop and phone width, in light and dark mode.
"""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

SIZES: tuple[ViewportSize, ...] = ({"width": 1280, "height": 900}, {"width": 360, "height": 740})
NOT_FOR_DIAGNOSIS = "For research and education. Not a medical device, not for diagnosis."


def expect_for_everyone(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    before = page.viewport_size
    for size in SIZES:
        page.set_viewport_size(size)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width == size["width"], f"{width} pixels wide"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            violations = Axe().run(page).response["violations"]
            found = [(v["id"], [node["target"] for node in v["nodes"]]) for v in violations]
            assert not found, (size, scheme, found)
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)
