"""Enlarging and moving the photograph: by wheel, fingers, keys and buttons; and what is kept for the next one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from e2e.everyone import expect_for_everyone
from e2e.visit import Visit, settle

Box = dict[str, float]


def opened(visit: Visit, *photographs: tuple[str, bytes]) -> Page:
    """The page with results; the stage is in view."""
    visit.open().choose(*photographs)
    for name, _ in photographs:
        visit.expect_state(name, "done")
    expect(visit.page.locator("#result")).to_be_visible()
    visit.page.locator("#stage").scroll_into_view_if_needed()
    settle(visit.page)
    return visit.page


def box(page: Page, selector: str = "#layers") -> Box:
    return page.locator(selector).bounding_box()  # type: ignore[return-value]


def spot(page: Page, x: float, y: float) -> tuple[float, float]:
    """Which spot of the photograph, 0 to 1, is at a place of the window."""
    layers = box(page)
    return (x - layers["x"]) / layers["width"], (y - layers["y"]) / layers["height"]


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """A place of the stage, 0 to 1, in the window."""
    stage = box(page, "#stage")
    return stage["x"] + x * stage["width"], stage["y"] + y * stage["height"]


def enlargement(page: Page) -> int:
    """In per cent."""
    return int((page.locator("#zoom-level").text_content() or "").removesuffix("\N{NO-BREAK SPACE}%"))


def until(page: Page, happened: Callable[[], bool]) -> None:
    """Wait here: the page's policy forbids Playwright to evaluate an expression of ours over and over."""
    while not happened():
        page.wait_for_timeout(50)


def expect_within_the_stage(page: Page) -> None:
    """No gap at one side only."""
    stage, layers = box(page, "#stage"), box(page)
    for start, length in (("x", "width"), ("y", "height")):
        before = layers[start] - stage[start]
        after = stage[start] + stage[length] - layers[start] - layers[length]
        assert max(before, after) < 1 or before == pytest.approx(after, abs=1)


def test_the_wheel_zooms_to_the_pointer(visit: Visit, small: bytes) -> None:
    page = opened(visit, ("a.jpg", small))
    at = place(page, 0.55, 0.4)
    page.mouse.move(*at)
    before, whole = spot(page, *at), enlargement(page)
    for _ in range(3):
        page.mouse.wheel(0, -200)
    until(page, lambda: enlargement(page) > 2 * whole)
    assert spot(page, *at) == pytest.approx(before, abs=0.005)
    for _ in range(12):
        page.mouse.wheel(0, -240)
    expect(page.locator("#zoom-level")).to_have_text("1600 %")
    expect(page.get_by_role("button", name="Zoom in")).to_be_disabled()
    assert page.locator("#layer-photograph").evaluate("e => getComputedStyle(e).imageRendering") == "pixelated"


def test_the_wheel_scrolls_the_page_where_there_is_nothing_to_make_smaller(visit: Visit, small: bytes) -> None:
    page = opened(visit, ("a.jpg", small))
    page.get_by_role("button", name="1:1").click()  # smaller than the stage
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(*place(page, 0.5, 0.1))
    size = box(page)["width"]
    page.mouse.wheel(0, 100)
    until(page, lambda: page.evaluate("scrollY") > 50)
    assert box(page)["width"] == size


def test_dragging_moves_it_and_cannot_lose_it(visit: Visit, small: bytes) -> None:
    page = opened(visit, ("a.jpg", small))
    for _ in range(4):
        page.keyboard.press("+")
    before, (x, y) = box(page), place(page, 0.5, 0.5)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 25)
    page.mouse.up()
    after = box(page)
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((-60, 25), abs=1)
    for _ in range(3):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 600, y + 300)
        page.mouse.up()
    expect_within_the_stage(page)


def test_a_double_click_zooms_in_and_with_shift_out(visit: Visit, small: bytes) -> None:
    page = opened(visit, ("a.jpg", small))
    at, whole = place(page, 0.45, 0.6), box(page)["width"]
    before = spot(page, *at)
    page.mouse.dblclick(*at)
    assert box(page)["width"] == pytest.approx(2.5 * whole, rel=0.01)
    assert spot(page, *at) == pytest.approx(before, abs=0.005)
    page.keyboard.down("Shift")
    page.mouse.dblclick(*at)
    page.keyboard.up("Shift")
    assert box(page)["width"] == pytest.approx(whole, rel=0.01)


def test_two_fingers_zoom_and_move(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True, is_mobile=True)
    page = opened(visit, ("a.jpg", small))
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *at: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(at)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    (x, y), whole = place(page, 0.5, 0.5), box(page)["width"]
    before = spot(page, x, y)
    fingers("touchStart", (x - 30, y))
    fingers("touchStart", (x - 30, y), (x + 30, y))
    for step in range(1, 6):
        fingers("touchMove", (x - 30 - 12 * step, y), (x + 30 + 12 * step, y))
    fingers("touchEnd")
    assert box(page)["width"] == pytest.approx(3 * whole, rel=0.05)
    assert spot(page, x, y) == pytest.approx(before, abs=0.02)
    assert page.evaluate("visualViewport.scale") == 1, "the page itself stays as it is"

    here = box(page)
    fingers("touchStart", (x, y))
    for step in range(1, 6):
        fingers("touchMove", (x + 8 * step, y + 6 * step))
    fingers("touchEnd")
    moved = box(page)
    assert (moved["x"] - here["x"], moved["y"] - here["y"]) == pytest.approx((40, 30), abs=2)

    page.get_by_role("button", name="Fit").click()
    for _ in range(2):
        page.touchscreen.tap(x, y)
    assert box(page)["width"] == pytest.approx(2.5 * whole, rel=0.01)


def test_keys_and_buttons(visit: Visit, small: bytes) -> None:
    page = opened(visit, ("a.jpg", small))
    whole = box(page)["width"]
    expect(page.get_by_role("button", name="1:1")).to_be_visible()
    page.keyboard.press("a")
    assert enlargement(page) == 100
    page.keyboard.press("0")
    assert box(page)["width"] == whole
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
    stage = page.get_by_role("group", name="The photograph with its vessels")
    stage.focus()
    for way, axis, sign in (("Right", "x", -1), ("Left", "x", 1), ("Down", "y", -1), ("Up", "y", 1)):
        before, key = box(page), f"Arrow{way}"
        page.keyboard.press(key)
        assert sign * (box(page)[axis] - before[axis]) > 40, key
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    expect_within_the_stage(page)
    page.get_by_role("button", name="Fit").click()
    assert box(page)["width"] == whole
    expect_for_everyone(page)


def test_full_screen(visit: Visit, small: bytes) -> None:
    page = opened(visit, ("a.jpg", small))
    button = page.get_by_role("button", name="Full screen")
    button.click()
    until(page, lambda: page.evaluate("document.fullscreenElement?.id") == "viewer")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("2")
    page.keyboard.press("f")
    until(page, lambda: page.evaluate("!document.fullscreenElement"))
    expect(button).to_have_attribute("aria-pressed", "false")


def test_view_and_layers_stay_from_photograph_to_photograph(visit: Visit, small: bytes) -> None:
    page = opened(visit, ("a.jpg", small), ("b.jpg", small), ("c.jpg", small))
    title = page.locator("#result-title")
    visit.show("a.jpg")
    page.keyboard.press("3")
    whole = enlargement(page)
    page.mouse.move(*place(page, 0.6, 0.4))
    page.mouse.wheel(0, -240)
    page.mouse.wheel(0, -240)
    until(page, lambda: enlargement(page) > 2.5 * whole)  # by both
    level = enlargement(page)
    middle = spot(page, *place(page, 0.5, 0.5))
    page.keyboard.press("n")
    expect(title).to_have_text("b.jpg")
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(title).to_have_text("c.jpg")
    page.keyboard.press("p")
    expect(title).to_have_text("b.jpg")
    assert enlargement(page) == level
    assert spot(page, *place(page, 0.5, 0.5)) == pytest.approx(middle, abs=0.005)
    expect(page.locator("#stage")).to_have_attribute("data-view", "vessels")
