"""The start page at work: the photograph has the window, and what is beside it can be put away."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from e2e.everyone import expect_for_everyone
from e2e.visit import Visit


def bounds(page: Page, selector: str) -> dict[str, float]:
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

    for name in ("List", "Figures"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#list")).to_be_hidden()
    expect(page.locator("#facts")).to_be_hidden()
    assert bounds(page, "#stage")["width"] > 1350
    expect_for_everyone(page)

    page.reload()
    visit.choose(("a.jpg", small))
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
    assert stage["y"] < bounds(page, "#figures")["y"] < bounds(page, ".photographs")["y"]
