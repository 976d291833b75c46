"""Work in the history: what is seen without scrolling, what saving changes, and answers that refuse it."""

from typing import Any

import httpx
from playwright.sync_api import FloatRect, Page, Route, expect

from e2e.correcting import begin, density
from e2e.everyone import expect_for_everyone
from e2e.person import saved, sign_up, token
from e2e.test_history_correction import CORRECTIONS, NOT_SAVED, SAVED, paint
from e2e.visit import Visit, resize

NAME = "P01_OD_2024-03-01_macula-centred_second-visit_after-dilation.jpg"
KEPT = "Your correction is still here, and not saved yet."
ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("No credits are left.", {"status": 402, "json": {"code": "out_of_credits", "detail": "No credits are left."}}),
    ("It is too large.", {"status": 413, "json": {"code": "request_too_large", "detail": "It is too large."}}),
    ("too large for the service", {"status": 413, "body": "<html>"}),
    ("Slow down.", {"status": 429, "json": {"code": "rate_limited", "detail": "Slow down."}}),
    ("Wait a minute", {"status": 429, "body": ""}),
    ("Something failed.", {"status": 500, "json": {"code": "internal_error", "detail": "Something failed."}}),
    ("cannot answer at the moment (HTTP 503)", {"status": 503, "body": "<html>"}),
]
"""How saving may be refused, by the service or by what is before it, and what the page says of it."""


def delete(visit: Visit, id: str) -> None:
    """As on another device."""
    address = f"{visit.address}/api/v1/predictions/{id}"
    httpx.delete(address, headers=token(visit), timeout=30).raise_for_status()


def expect_nothing_offered(page: Page) -> None:
    """For a record that the service does not have any more."""
    for button in page.locator("#details button").all():
        expect(button).to_be_hidden()
    expect(page.locator("#trend")).to_be_hidden()
    expect(page.locator("#compare")).to_be_hidden()
    expect(page.locator(".pair-stage")).to_have_count(0)


def box(page: Page, selector: str) -> FloatRect:
    found = page.locator(selector).bounding_box()
    assert found
    return found


def test_nothing_waits_for_the_trend(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    saved(visit, small, subject="P-1", eye="right")
    page, held = visit.page, list[Route]()
    page.route("**/api/v1/trends?*", lambda route: held.append(route))
    visit.open("/history.html")
    page.locator("#list a").click()
    expect(page.locator("#result-title")).to_be_focused()
    paint(page, 0.6)
    page.get_by_role("button", name="Save the correction").click()
    expect(page.locator("#correction-words")).to_have_text(SAVED)
    begin(page)
    page.keyboard.press("Escape")
    label = page.locator("#details [name=subject]")
    label.focus()
    for route in held:
        route.abort()
    expect(page.locator("#trouble")).to_contain_text("cannot be reached")
    expect(page.locator("#correction-words")).to_have_text(SAVED)
    expect(page.locator("#correction-trouble")).to_be_hidden()
    expect(label).to_be_focused()


def test_a_visit_is_seen_corrected_compared_and_found_deleted(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    oldest = saved(visit, small, subject="P-1", eye="right", taken_on="2025-11-05")
    earlier = saved(visit, small, subject="P-1", eye="right", taken_on="2026-01-05")
    id = saved(visit, small, subject="P-1", eye="right", taken_on="2026-03-01", file_name=NAME)
    page = visit.page
    page.emulate_media(reduced_motion="reduce")  # else it may still be scrolling
    trouble = page.locator("#correction-trouble")

    # the photograph is seen at once, and large; a long name is read in the list, where there is no room in the title
    for width, height, least in ((1280, 800, 400), (1280, 600, 340), (1024, 768, 400)):
        resize(page, {"width": width, "height": height})
        visit.open("/history.html")
        page.locator("#list a").first.click()
        expect(page.locator("#result-title")).to_be_focused()
        stage = box(page, "#stage")
        assert stage["y"] >= 0, (width, height, stage)
        assert stage["y"] + stage["height"] <= height, (width, height, stage)
        assert stage["height"] >= least, (width, height, stage)
    file = page.locator("#list .item-file").first
    expect(file).to_have_attribute("title", NAME)
    cut = file.evaluate("e => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight")
    assert not cut, "a name as long as this is read as a whole"

    # two visits, before it is known whether they can be aligned
    held: list[Route] = []
    resize(page, {"width": 1440, "height": 900})
    page.route("**/registration-worker.js", lambda route: held.append(route))
    page.get_by_label("Compare with another visit").select_option(earlier)
    flicker = page.get_by_role("radio", name="Flicker")
    expect(flicker).to_have_attribute("aria-busy", "true")
    expect(flicker).to_be_disabled()
    expect(page.locator(".pair-modes span").nth(1)).to_have_css("text-decoration-line", "none")
    expect(page.locator(".pair-status")).to_have_text("Aligning the photographs by their vessels…")
    expect_for_everyone(page)
    held[0].abort()
    expect(page.locator(".pair-status")).to_contain_text("could not align")
    expect(flicker).not_to_have_attribute("aria-busy", "true")
    left_out = page.locator("#pair-change").get_by_text("Corrections are left out of this comparison")
    expect(left_out).to_have_count(0)

    # the brush's size and “Undo” do not cover each other
    begin(page)
    size, undo = box(page, "#brush-size-value"), box(page, "#correct-undo")
    assert size["x"] + size["width"] <= undo["x"] or size["y"] + size["height"] <= undo["y"]
    resize(page, {"width": 1280, "height": 600})
    assert box(page, "#stage")["height"] >= 260, "there is room to paint in a low window"
    resize(page, {"width": 1440, "height": 900})
    page.keyboard.press("Escape")

    # whatever is answered, it is said, and nothing is lost
    painted = paint(page, 0.6)
    save = page.get_by_role("button", name="Save the correction")
    answer: dict[str, Any] = {}
    page.route(CORRECTIONS, lambda route: route.fulfill(**answer))
    for words, answer in ANSWERS:
        save.click()
        expect(trouble).to_contain_text(words)
        expect(trouble).to_contain_text(KEPT)
        expect(save).to_be_enabled()
        expect(page.locator("#correction-words")).to_have_text(NOT_SAVED)
    begin(page)
    assert density(page) == painted
    page.keyboard.press("Escape")
    page.unroute(CORRECTIONS)
    save.click()
    expect(page.locator("#correction-words")).to_have_text(SAVED)

    # the comparison stays, and says what has become true; the stroke can still be undone
    expect(left_out).to_be_visible()
    expect(page.locator(".pair-stage").first).to_be_visible()
    expect(page.get_by_label("Compare with another visit")).to_have_value(earlier)
    begin(page)
    page.locator("#correct-undo").click()
    assert density(page) < painted
    page.locator("#correct-redo").click()
    assert density(page) == painted
    page.keyboard.press("Escape")
    expect(page.locator("#correction-words")).to_have_text(SAVED)

    # a visit that was deleted on another device is not compared, listed or offered any more, nor a ZIP file with it
    zip_file = page.locator("#export")
    zip_file.click()
    expect(zip_file).to_contain_text("Download the ZIP")
    choice = page.get_by_label("Compare with another visit")
    expect(choice.locator("option")).to_have_count(3)
    delete(visit, oldest)
    choice.select_option(oldest)
    expect(page.locator("#trouble")).to_contain_text("One of the two photographs was deleted elsewhere")
    expect(choice).to_be_focused()
    expect(choice.locator("option")).to_have_count(2)
    expect(page.locator("#list a")).to_have_count(2)
    expect(zip_file).not_to_contain_text("Download the ZIP")

    # the other visit of the pair is another record with another menu: the comparison is over, also on the way back
    choice.select_option(earlier)
    expect(page.locator(".pair-stage").first).to_be_visible()
    page.locator("#list a").nth(1).click()
    expect(page.locator("#result-title")).to_contain_text("5 Jan 2026")
    expect(choice).to_have_value(id)
    expect(choice.locator("option")).to_have_count(2)
    expect(page.locator(".pair-stage")).to_have_count(0)
    page.locator("#list a").first.click()
    expect(page.locator("#result-title")).to_contain_text("1 Mar 2026")
    expect(choice).to_have_value(earlier)
    expect(page.locator(".pair-stage")).to_have_count(0)

    # deleted on another device while it is open: the page says so, and offers and lists it no longer
    choice.select_option(earlier)
    expect(page.locator(".pair-stage").first).to_be_visible()
    paint(page, 0.3)
    delete(visit, id)
    save.click()
    expect(trouble).to_contain_text("was deleted elsewhere")
    expect(trouble).to_contain_text(KEPT)
    expect(save).to_be_hidden()
    expect_nothing_offered(page)
    expect(page.locator("#list a")).to_have_count(1)
    page.locator("#list a").click()
    page.get_by_role("button", name="Go on without saving").click()
    expect(page.locator("#result-title")).to_contain_text("5 Jan 2026")
    delete(visit, earlier)
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#details-trouble")).to_contain_text("was deleted elsewhere")
    expect(page.locator("#list a")).to_have_count(0)
    expect_nothing_offered(page)
    page.locator("#details [name=subject]").press("Enter")
    expect(page.locator("#details-trouble")).to_contain_text("was deleted elsewhere")
    page.reload()
    expect(page.locator("#placeholder")).to_contain_text("no such photograph")
