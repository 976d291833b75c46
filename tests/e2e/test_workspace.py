"""The start page at work: the photograph has the window, and what is beside it can be put away."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from e2e.everyone import expect_for_everyone
from e2e.person import saved, sign_up
from e2e.stored import expect_stored
from e2e.visit import PREDICTIONS, Visit, resize, settle
from retina.imaging.arrays import Rgb
from support.specimens import encode

WINDOWS = ((1280, 800), (1366, 768), (1440, 900), (1920, 1080))


def bounds(page: Page, selector: str) -> dict[str, float]:
    settle(page)
    return page.locator(selector).bounding_box()  # type: ignore[return-value]


def test_the_photograph_fills_the_window(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(viewport={"width": 1440, "height": 900})
    page = visit.open().page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    expect(page.locator("#result")).to_be_visible()
    stage, bar = bounds(page, "#stage"), bounds(page, "#zoom-fit")
    assert stage["height"] > 600
    assert bar["y"] + bar["height"] < 900, "stage and zoom are above the fold"
    assert bounds(page, ".photographs")["x"] < stage["x"] < bounds(page, "#figures")["x"]
    for place in (120, 10_000):
        page.evaluate("(y) => scrollTo({top: y, behavior: 'instant'})", place)
        column = [bounds(page, part) for part in (".photographs", ".welcome", ".keys")]
        for above, below in pairwise(column):
            assert above["y"] + above["height"] <= below["y"], "nothing is covered while the page is scrolled"
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")

    for name in ("List", "Figures"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#list")).to_be_hidden()
    expect(page.locator("#facts")).to_be_hidden()
    assert bounds(page, ".stage-place")["width"] > 1350
    assert bounds(page, "#stage")["width"] > 1100, "the tools beside it"
    expect_for_everyone(page)

    page.reload()
    expect(page.locator("#result")).to_be_visible()
    expect(page.locator("#facts")).to_be_hidden()
    page.get_by_role("button", name="Figures", exact=True).click()
    expect(page.locator("#facts")).to_be_visible()


def test_on_a_phone_the_photograph_comes_first(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = visit.open().page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    expect(page.locator("#result")).to_be_visible()
    stage = bounds(page, "#stage")
    assert stage["y"] < 200
    assert stage["width"] == pytest.approx(stage["height"], rel=0.05), "as high as the photograph needs"
    assert stage["y"] + stage["height"] < 844, "it is seen as a whole"

    figures, sheet = page.get_by_role("button", name="Figures", exact=True), page.locator("#figures")
    expect(sheet).to_be_hidden()
    figures.tap()
    expect(page.get_by_role("region", name="a.jpg")).to_be_visible()
    expect(page.get_by_role("button", name="Close the figures")).to_be_focused()
    assert bounds(page, "#figures")["y"] > 150, "the photograph is still seen"
    expect_for_everyone(page)
    expect(sheet).to_be_hidden()  # its window was a wide one in between

    figures.tap()
    grip = bounds(page, "#grip-figures")
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + 10
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 120, steps=4)
    page.mouse.up()
    expect(sheet).to_be_hidden()
    expect(figures).to_have_attribute("aria-expanded", "false")

    page.get_by_role("button", name="List", exact=True).press("Enter")
    expect(page.get_by_role("region", name="Photographs")).to_be_visible()
    figures.tap()
    expect(page.locator("#list")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(figures).to_be_focused()
    page.get_by_role("button", name="List", exact=True).tap()
    page.locator(".item-show").tap()
    expect(page.locator("#list")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), WINDOWS)
def test_photograph_controls_and_zoom_are_seen_together(
    visits: Callable[..., Visit], small: bytes, width: int, height: int
) -> None:
    visit = visits(viewport={"width": width, "height": height})
    page = visit.open().page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    expect(page.locator("#result")).to_be_visible()

    def expect_within_the_window(least: float) -> None:
        controls, stage, bar = (bounds(page, selector) for selector in ("#controls", "#stage", ".bar-below"))
        assert 0 <= controls["y"] < controls["y"] + controls["height"] <= stage["y"]
        assert stage["y"] + stage["height"] <= bar["y"]
        assert bar["y"] + bar["height"] <= height, "the zoom bar is above the fold"
        assert bar["height"] < 50, "the zoom bar is one row"
        assert stage["height"] > least * height

    assert page.evaluate("scrollY") == 0
    assert bounds(page, "#controls")["height"] < 100, "the controls take two rows"
    expect_within_the_window(0.6)
    more = page.get_by_role("button", name="More layers")
    more.focus()
    page.keyboard.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_label("Threshold")).to_be_visible()
    expect_within_the_window(0.45)
    expect_stored(page, "a.jpg", state="done")
    page.reload()
    expect(page.get_by_label("Threshold")).to_be_visible()
    page.get_by_role("button", name="More layers").click()
    expect(page.get_by_label("Threshold")).to_be_hidden()


def test_a_saved_photograph_fits_the_window_with_its_controls(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = visit.page
    sign_up(visit, "/history.html")
    record = saved(visit, small)
    for width, height in WINDOWS:
        resize(page, {"width": width, "height": height})
        visit.open("/history.html#" + record)
        page.reload()  # where only the part after # changed
        expect(page.locator("#result-title")).to_be_focused()
        page.locator("#viewer").evaluate("e => e.scrollIntoView({block: 'nearest'})")
        controls, stage, bar = (bounds(page, selector) for selector in ("#controls", "#stage", ".bar-below"))
        assert controls["y"] >= 0
        assert stage["height"] > 0.5 * height
        assert bar["y"] + bar["height"] <= height


def held_back(page: Page) -> list[Route]:
    """The predictions that are asked for from now on; they wait until the test lets them go."""
    held = list[Route]()
    page.route(PREDICTIONS, lambda route: held.append(route))
    return held


def arrived(page: Page, held: list[Route]) -> Route:
    while not held:
        page.wait_for_timeout(50)
    return held.pop(0)


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_photograph_is_seen_while_it_is_segmented(
    visits: Callable[..., Visit], small: bytes, size: tuple[int, int]
) -> None:
    visit = visits(viewport={"width": size[0], "height": size[1]})
    page = visit.open().page
    held = held_back(page)
    visit.choose(("a.jpg", small))
    request = arrived(page, held)
    photograph = page.get_by_role("img", name="The photograph", exact=True)
    expect(photograph).to_be_visible()
    assert photograph.evaluate("i => i.decode().then(() => i.naturalWidth > 0)")
    expect(page.locator("#stage-status")).to_have_text("Segmenting…")
    expect(page.locator("#placeholder")).to_be_hidden()
    expect(page.locator("#facts")).to_be_hidden()
    if size[0] < 900:
        page.get_by_role("button", name="Figures", exact=True).click()
    expect(page.get_by_role("heading", name="a.jpg")).to_be_visible()
    before, source = bounds(page, "#layers"), photograph.get_attribute("src")
    expect_for_everyone(page)
    request.continue_()
    visit.expect_state("a.jpg", "done")
    if size[0] < 900:
        page.get_by_role("button", name="Figures", exact=True).click()
    expect(page.locator("#facts")).to_be_visible()
    expect(page.locator("#stage-status")).to_be_hidden()
    assert bounds(page, "#layers") == before, "nothing moves"
    assert photograph.get_attribute("src") == source
    page.keyboard.press("3")
    expect(page.locator("#stage")).to_have_attribute("data-view", "vessels")


def test_what_the_browser_cannot_show_is_awaited_in_words(visit: Visit, small_rgb: Rgb) -> None:
    page = visit.open().page
    held = held_back(page)
    visit.choose(("scan.tif", encode(Image.fromarray(small_rgb), "TIFF")))
    request = arrived(page, held)
    expect(page.get_by_text("The first result appears here.")).to_be_visible()
    expect(page.locator("#result")).to_be_hidden()
    request.continue_()
    visit.expect_state("scan.tif", "done")
    expect(page.locator("#result")).to_be_visible()


def test_the_next_one_is_seen_when_the_first_is_refused_or_removed(visit: Visit, small: bytes) -> None:
    page = visit.open().page
    held = held_back(page)
    visit.choose(("a.jpg", small), ("b.jpg", small))
    title = page.locator("#result-title")
    for _ in range(2):  # both are seen to be under way, in whichever order they are ready
        arrived(page, held)
    expect(title).to_have_text(re.compile("jpg"))
    first = title.inner_text()
    second = "b.jpg" if first == "a.jpg" else "a.jpg"
    page.get_by_role("button", name=f"Remove {first}").click()
    expect(title).to_have_text(second)
    expect(page.locator("#stage-status")).to_be_visible()
    page.get_by_role("button", name=f"Remove {second}").click()
    expect(page.locator("#workspace")).to_be_hidden()
    expect(page.locator("#result")).to_be_hidden()

    visit.choose(("c.jpg", small))
    arrived(page, held).fulfill(status=422, json={"code": "photograph_unreadable", "detail": "It is damaged."})
    visit.expect_state("c.jpg", "refused")
    expect(page.locator("#result")).to_be_hidden()
    expect(page.get_by_text("The first result appears here.")).to_be_visible()
