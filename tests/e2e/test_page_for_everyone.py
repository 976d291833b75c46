"""The page by keyboard, with a screen reader, in dark mode, on a phone, and under its own security policy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from e2e.everyone import expect_nothing_covered
from e2e.visit import Visit, resize

LONG_NAME = "a-photograph-with-a-name-that-has-no-place-to-break-" * 3 + ".jpg"

FOCUSED = """() => {
  const e = document.activeElement;
  const rings = [e, e.closest('label'), e.nextElementSibling].filter(Boolean);
  const ringed = rings.some((r) => getComputedStyle(r).outlineStyle === 'solid');
  return [e.id || e.value || e.className || e.textContent, ringed];
}"""

SMALL_PHONE: dict[str, Any] = {
    "viewport": {"width": 320, "height": 700},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
SITE = Path(__file__).parents[2] / "site"
OUTSIDE = """() => {
  const wide = (e) => e.getBoundingClientRect().width > 1 && e.getBoundingClientRect().right > innerWidth + 0.5;
  const own = (e) => !e.closest('.table, .unseen, .stage, nav');  // these scroll by themselves, or show nothing
  const found = [...document.querySelectorAll('body *')].filter((e) => own(e) && wide(e));
  return [document.documentElement.scrollWidth, found.map((e) => `${e.tagName} ${e.id} ${e.className}`)];
}"""


def in_trouble(visit: Visit) -> Visit:
    """The sample's result, and a file that was refused."""
    visit.sample().choose((LONG_NAME, b"no photograph"))
    visit.expect_state(LONG_NAME, "refused")
    return visit


def stops(page: Page, count: int) -> dict[str, bool]:
    """Where the Tab key leads, and whether one sees it there."""
    found = []
    for _ in range(count):
        page.keyboard.press("Tab")
        found.append(page.evaluate(FOCUSED))
    return dict(found)


def test_everything_is_reached_by_tab(visit: Visit) -> None:
    page = in_trouble(visit).page
    page.locator(".skip").focus()
    reached = stops(page, 50)
    wanted = {
        "files",
        "sample",
        "item-show",
        "item-remove",
        "table",
        "clear",
        "overlay",
        "opacity",
        "artery_vein",
        "disc",
    }
    wanted |= {"zoom-fit", "zoom-in", "stage", "download-mask", "download-overlay"}
    assert wanted <= reached.keys()
    assert [stop for stop, ringed in reached.items() if stop in wanted and not ringed] == []


def test_keys(visit: Visit) -> None:
    page = visit.sample().page
    stage = page.locator("#stage")
    for key, view in (("1", "photograph"), ("3", "vessels"), ("2", "overlay")):
        page.keyboard.press(key)
        expect(stage).to_have_attribute("data-view", view)
    width = page.locator("#layers").evaluate("e => e.clientWidth")
    page.keyboard.press("+")
    assert page.locator("#layers").evaluate("e => e.clientWidth") == pytest.approx(1.5 * width, abs=2)
    page.keyboard.press("0")
    assert page.locator("#layers").evaluate("e => e.clientWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", [Visit.open, Visit.sample, in_trouble], ids=["empty", "result", "trouble"])
def test_axe_finds_nothing(visits: Callable[..., Visit], scheme: str, state: Callable[[Visit], Visit]) -> None:
    page = state(visits(color_scheme=scheme, reduced_motion="reduce")).page
    violations = Axe().run(page).response["violations"]
    assert [(v["id"], [node["target"] for node in v["nodes"]]) for v in violations] == []


@pytest.mark.parametrize("state", [Visit.open, in_trouble], ids=["empty", "trouble"])
def test_a_phone_needs_no_sideways_scrolling(visits: Callable[..., Visit], state: Callable[[Visit], Visit]) -> None:
    visit = visits(**SMALL_PHONE)
    assert state(visit).page.evaluate(OUTSIDE) == [320, []]


def test_nor_does_it_in_any_language(visits: Callable[..., Visit]) -> None:
    visit = visits(**SMALL_PHONE)
    page = visit.open().page
    for language in ("de", "es", "fr", "en"):
        page.evaluate("(language) => localStorage.setItem('retina.language', language)", language)
        for path in ("/", "/prices.html", "/history.html", "/batches.html", "/account.html", "/nowhere"):
            visit.open(path)
            expect(page.locator("html")).to_have_attribute("lang", language)
            page.wait_for_load_state("networkidle")
            assert page.evaluate(OUTSIDE) == [320, []], (language, path)
    page.evaluate("localStorage.setItem('retina.language', 'es')")  # the longest words
    visit.open(whole=True).choose(("a.jpg", (SITE / "samples" / "retina.jpg").read_bytes()))
    expect(page.locator(".item[data-state=done]")).to_be_attached()
    expect(page.locator("#controls")).to_be_attached()
    assert page.evaluate(OUTSIDE) == [320, []]
    assert page.locator("#controls").evaluate("e => e.scrollWidth - e.clientWidth") == 0
    for width, height in ((1280, 800), (1920, 1080), (1024, 700), (900, 700)):
        resize(page, {"width": width, "height": height})
        stage = page.locator("#stage").bounding_box()
        assert stage
        assert stage["height"] > 0.4 * height, "the picture comes first"
        expect_nothing_covered(page)
        page.keyboard.press("4")
        page.keyboard.press("v")
        expect(page.locator("#readout")).to_be_visible()
        expect_nothing_covered(page)
        page.keyboard.press("c")
        expect(page.locator("#correct")).to_be_visible()
        expect_nothing_covered(page)
        page.keyboard.press("Escape")
        expect(page.locator("#tools")).to_be_visible()


def test_api_documentation(visit: Visit) -> None:
    """Swagger UI works under the policy; every test's `visit` complains about violations and other hosts."""
    page = visit.open("/api/v1/docs").page
    operation = page.locator(".opblock", has_text="/api/v1/predictions")
    operation.locator("button").first.click()
    expect(operation.get_by_text("Segment one photograph").first).to_be_visible()
    expect(operation.get_by_role("button", name="Execute")).to_be_visible()
    page.wait_for_load_state("networkidle")
