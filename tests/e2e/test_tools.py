"""The tools on the photograph: wipe, loupe, probability and distance, by mouse, by keys and by finger."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from e2e.correcting import place
from e2e.everyone import expect_for_everyone
from e2e.visit import Visit, pixels

COLOURED = 60
"""The vessels' cyan has this much more blue than a retina, at least."""


def opened(visit: Visit, small: bytes) -> Page:
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    expect(visit.page.locator("#layer-vessels")).to_have_attribute("data-state", "drawn")
    return visit.page


def vessels(visit: Visit) -> tuple[int, int]:
    """Coloured pixels in the left and in the right half of what is seen, without the divider's handle."""
    seen = visit.seen()
    cyan = seen[..., 2] - seen[..., 0] > COLOURED
    middle = cyan.shape[1] // 2
    return int(cyan[:, 30 : middle - 30].sum()), int(cyan[:, middle + 30 : -30].sum())


def probability(page: Page) -> tuple[float, float]:
    """Of the spot, and the highest nearby."""
    readout = page.locator("#readout")
    expect(readout).to_contain_text("Probability")
    found = re.search(r"Probability ([\d.]+): .*Up to ([\d.]+) within", readout.inner_text().replace("\n", " "))
    assert found
    return float(found[1]), float(found[2])


def test_the_wipe_parts_photograph_and_vessels(visit: Visit, small: bytes) -> None:
    page = opened(visit, small)
    visit.opacity(100)
    left, right = vessels(visit)
    assert min(left, right) > 100
    page.keyboard.press("w")
    divider = page.get_by_role("slider", name="Divider between the photograph and its layers")
    expect(divider).to_be_focused()
    wiped, whole = vessels(visit)
    assert wiped == 0
    assert whole > 0.9 * right
    expect_for_everyone(page)
    divider.fill("100")
    assert vessels(visit) == (0, 0)
    stage = page.locator("#stage").bounding_box()
    assert stage
    page.mouse.move(stage["x"] + stage["width"] - 3, stage["y"] + stage["height"] / 2)
    page.mouse.down()
    page.mouse.move(stage["x"] + 5, stage["y"] + stage["height"] / 2, steps=4)
    page.mouse.up()
    assert vessels(visit)[0] > 0.7 * left
    divider.fill("50")
    divider.focus()
    page.keyboard.press("w")
    expect(page.locator("#stage")).to_be_focused()
    page.keyboard.press("w")
    page.keyboard.press("3")
    shown = visit.seen()
    assert shown[:, : shown.shape[1] // 2 - 4, 0].mean() > 30, "the photograph is left of the vessels"
    page.get_by_role("button", name="Wipe").click()
    expect(divider).to_be_hidden()


def test_the_probability_is_told_by_mouse_and_by_keys(visit: Visit, small: bytes) -> None:
    page = opened(visit, small)
    page.get_by_role("button", name="Probability").click()
    expect(page.locator("#readout")).to_contain_text("Point at a vessel")
    told = []
    for x in np.linspace(0.2, 0.8, 12):
        page.mouse.move(*place(page, float(x), 0.5))
        told.append(probability(page))
    assert all(here <= nearby for here, nearby in told)
    assert max(nearby for _, nearby in told) > 0.5 > min(here for here, _ in told)

    stage = page.get_by_role("group", name="The photograph with its vessels")
    stage.focus()
    page.keyboard.press("Shift+ArrowRight")
    before = page.locator("#readout").inner_text()
    expect(page.locator("#crosshair")).to_be_visible()
    page.keyboard.press("Shift+ArrowRight")
    column = [int(re.findall(r"x (\d+)", words)[0]) for words in (before, page.locator("#readout").inner_text())]
    assert column[1] == column[0] + 1
    expect(page.locator("#readout-spoken")).to_contain_text("Probability")
    expect_for_everyone(page)
    page.keyboard.press("Escape")
    expect(page.locator("#readout")).to_be_hidden()
    expect(page.get_by_role("button", name="Probability")).to_have_attribute("aria-pressed", "false")


def test_a_distance_is_measured_by_mouse_and_by_keys(visit: Visit, small: bytes) -> None:
    page = opened(visit, small)
    side = page.locator("#layer-photograph").evaluate("i => i.naturalWidth")

    def distance() -> float:
        words = page.locator("#readout").inner_text()
        found = re.fullmatch(r"Distance ([\d.]+) pixels\.", words)
        assert found, words
        return float(found[1])

    page.keyboard.press("d")
    expect(page.locator("#readout")).to_contain_text("Choose two points")
    page.mouse.click(*place(page, 0.3, 0.5))
    page.mouse.click(*place(page, 0.6, 0.5))
    assert distance() == pytest.approx(0.3 * side, abs=2)
    page.mouse.move(*place(page, 0.5, 0.3))
    assert distance() == pytest.approx(0.3 * side, abs=2), "it stays"
    expect(page.get_by_role("img", name="The distance that is measured")).to_be_visible()
    page.mouse.down()
    page.mouse.move(*place(page, 0.5, 0.7), steps=3)
    page.mouse.up()
    assert distance() == pytest.approx(0.4 * side, abs=2), "it can be dragged"

    page.locator("#stage").focus()
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator("#readout")).to_have_text(re.compile("^Distance (19|20|21)"))
    expect_for_everyone(page)
    page.get_by_role("button", name="Distance").click()
    expect(page.get_by_role("img", name="The distance that is measured")).to_have_count(0)


def test_the_loupe_magnifies_photograph_and_vessels(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(viewport={"width": 1280, "height": 900}, has_touch=True)
    page = opened(visit, small)
    visit.opacity(100)
    loupe = page.locator("#loupe")
    page.keyboard.press("l")
    expect(loupe).to_be_visible()
    page.mouse.move(*place(page, 0.5, 0.45))
    page.wait_for_timeout(200)
    canvas = page.locator("#loupe-picture")
    seen = pixels(canvas.screenshot())
    assert (seen[..., 2] - seen[..., 0] > COLOURED).any(), "the vessels are in it"
    page.keyboard.press("1")
    page.mouse.move(*place(page, 0.5, 0.451))
    page.wait_for_timeout(200)
    seen = pixels(canvas.screenshot())
    assert not (seen[..., 2] - seen[..., 0] > COLOURED).any()
    page.keyboard.press("l")
    expect(loupe).to_be_hidden()

    touch = page.context.new_cdp_session(page)
    x, y = place(page, 0.5, 0.5)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(loupe).to_be_visible()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(loupe).to_be_hidden()


def test_the_field_of_view_is_shown_as_what_was_not_looked_at(visit: Visit, small: bytes) -> None:
    page = opened(visit, small)
    page.get_by_role("button", name="More layers").click()
    before = visit.seen()
    page.get_by_label("Hatch outside the field of view").check()
    expect(page.get_by_role("img", name="Where vessels were not looked for")).to_be_visible()
    expect(page.locator("#layer-field")).to_have_attribute("src", re.compile("blob:"))  # it is drawn by the browser
    expect(page.locator("#marks-status")).to_be_empty()
    changed = np.abs(visit.seen() - before).max(axis=2) > 10
    height, width = changed.shape
    middle = changed[height // 3 : -height // 3, width // 3 : -width // 3]
    assert changed[: height // 20, -(width // 20) :].mean() > 0.9, "the corner"
    assert middle.mean() < 0.1, "the field itself is not hatched"
    expect_for_everyone(page)
