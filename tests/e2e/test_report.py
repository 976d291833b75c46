"""Paper: the report of a result, and what is printed of the page as it is."""

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from e2e.everyone import NOT_FOR_DIAGNOSIS, expect_for_everyone
from e2e.visit import Visit, pixels


def printed(page: Page) -> NDArray[np.float32]:
    """The stage as it is printed, float32[h,w,3]."""
    page.emulate_media(media="print")
    stage = pixels(page.locator("#stage").screenshot())
    page.emulate_media(media="null")
    return stage


def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def test_the_page_is_printed_as_it_is_seen_and_a_report_fits_on_one_sheet(visits: Callable[..., Visit]) -> None:
    visit = visits(viewport={"width": 1280, "height": 900})
    page = visit.open(whole=True).page
    assert sheets(page) == 1, "before there is a photograph"
    pack = {"credits": 10_000, "amount": 60_000}
    sold = {"payment": True, "contact": None, "currency": "eur", "tax": "exclusive", "packs": [pack] * 3}
    page.route("**/api/v1/prices", lambda route: route.fulfill(json=sold))
    visit.open("/prices.html")
    expect(page.locator("#packs li")).to_have_count(3)
    assert sheets(page) == 1, "prices"
    visit.open(whole=True)
    visit.sample()
    page.get_by_role("radio", name="Vessels").check()
    visit.seen()
    black, white = (printed(page).mean(axis=2) < 40).mean(), (printed(page).mean(axis=2) > 200).mean()
    assert black > 0.7, "the ground of the vessels is printed, too"
    assert white > 0.03, "the vessels are"
    page.get_by_role("radio", name="Overlay").check()
    overlay = printed(page)
    assert ((overlay[..., 2] > overlay[..., 0] + 30).mean()) > 0.02, "cyan over the photograph"
    page.emulate_media(media="print")
    expect(page.locator(".downloads")).to_be_hidden()
    expect(page.get_by_text(NOT_FOR_DIAGNOSIS)).to_be_visible()
    page.emulate_media(media="null")

    assert sheets(page) == 1

    page.get_by_role("button", name="Report").click()
    report = page.locator("#report")
    expect(page.locator("#report-title")).to_be_focused()
    expect(report).to_contain_text(NOT_FOR_DIAGNOSIS)
    density = report.get_by_role("row", name=re.compile("^Vascular density"))
    expect(density).to_contain_text(re.compile(r"\d+\.\d\s%\s*\d+\.\d to \d+\.\d"), timeout=120_000)
    expect(report).to_contain_text(re.compile(r"match expected with what a person would draw \(Dice 0\.\d\d"))
    expect(report).to_contain_text(re.compile("unet, SHA-256 [0-9a-f]{64}"))
    for number in range(2):
        assert report.locator("img").nth(number).evaluate("i => i.decode().then(() => i.naturalWidth)") > 1000
    pictures, table = report.locator(".report-pictures").bounding_box(), report.locator("table").bounding_box()
    assert pictures
    assert table
    assert pictures["y"] + pictures["height"] <= table["y"], "the pictures have the whole width"
    expect(page.locator("#main")).to_be_hidden()
    expect_for_everyone(page)
    assert sheets(page) == 1
    page.keyboard.press("Escape")
    expect(report).to_be_hidden()
    expect(page.get_by_role("button", name="Report")).to_be_focused()
