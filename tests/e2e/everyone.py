"""Checks for any page state: axe finds nothing, nothing scrolls sideways, and nothing covers a photograph or its tools.

Checked at desktop and phone width, in light and dark mode.
"""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from e2e.visit import resize

SIZES: tuple[ViewportSize, ...] = ({"width": 1280, "height": 900}, {"width": 360, "height": 740})
NOT_FOR_DIAGNOSIS = "For research and education. Not a medical device, not for diagnosis."

COVERED = """() => {
  const stage = document.querySelector('#stage');
  if (!stage?.checkVisibility()) return [];
  const beside = [...stage.closest('.viewer').querySelectorAll('button, label, p, ul')];
  const drawn = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1;
  const own = (e) => !stage.contains(e) && !e.closest('.panels, .unseen');  // a phone's sheets lie over the page
  const all = [stage, ...beside.filter((e) => own(e) && drawn(e))];
  const boxes = all.map((e) => e.getBoundingClientRect());
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b, j) => [a, b, boxes[i], boxes[i + 1 + j]]));
  const found = pairs.filter(([a, b, box, other]) => meet(box, other) && !a.contains(b) && !b.contains(a));
  return found.map(([a, b]) => [a, b].map((e) => e.id || e.textContent));
}"""
"""What lies over the stage or over another control of the viewer, in JavaScript."""


def expect_nothing_covered(page: Page) -> None:
    assert page.evaluate(COVERED) == []


def expect_for_everyone(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    before = page.viewport_size
    for size in SIZES:
        resize(page, size)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width == size["width"], f"{width} pixels wide"
        expect_nothing_covered(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            violations = Axe().run(page).response["violations"]
            found = [(v["id"], [node["target"] for node in v["nodes"]]) for v in violations]
            assert not found, (size, scheme, found)
    page.emulate_media(color_scheme="light")
    if before:
        resize(page, before)
