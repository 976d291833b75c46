"""Comparing two visits in the history: the way there, and the only other visit, which is chosen already."""

import re

import pytest
from playwright.sync_api import Request, ViewportSize, expect

from e2e.everyone import expect_for_everyone
from e2e.person import saved, sign_up
from e2e.visit import Visit, settle

CHOOSE = "Choose the other visit to see both side by side."
SIZES: tuple[ViewportSize, ...] = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})


@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])
def test_the_only_other_visit_is_chosen_and_a_button_at_the_top_leads_there(
    visit: Visit, small: bytes, size: ViewportSize
) -> None:
    page, asked = visit.page, list[Request]()
    page.set_viewport_size(size)
    page.emulate_media(reduced_motion="reduce")  # else it may still be scrolling
    sign_up(visit)
    earlier = saved(visit, small, subject="P-1", eye="left", taken_on="2026-01-05")
    later = saved(visit, small, subject="P-1", eye="left", taken_on="2026-03-01")
    saved(visit, small, subject="P-1", eye="right", taken_on="2026-03-01")
    page.on("request", lambda request: asked.append(request))
    visit.open(f"/history.html#{later}")
    leads = page.get_by_role("button", name="Compare with another visit")
    expect(leads).to_be_in_viewport(ratio=1)
    choice, stage = page.get_by_label("Compare with another visit"), page.locator(".pair-stage").first
    expect(choice).to_have_value(earlier)
    expect(page.locator("#trend-chart svg")).to_be_attached()
    settle(page)
    photograph = re.compile(f"predictions/{earlier}/.*photograph")
    assert not any(photograph.search(request.url) for request in asked), "nothing is fetched before it is seen"

    leads.click()
    expect(choice).to_be_focused()
    expect(choice).to_be_in_viewport(ratio=1)
    expect(stage).to_be_in_viewport(ratio=0.3)
    expect(page.locator(".pair-status")).to_contain_text("Aligned by their vessels: 100 %")
    expect(page.locator("#pair-change")).to_contain_text("Difference: +0.0 percentage points.")
    expect_for_everyone(page)

    # another measurement is said of the same pair, which stays as it is
    page.get_by_role("radio", name="Difference").check()
    caption, picture = page.locator("#pair figcaption").first, page.locator("#pair img").first
    expect(caption).to_contain_text("5 Jan 2026: vascular density")
    page.locator("#trend-measurement").select_option(label="Mean calibre")
    expect(caption).to_contain_text("5 Jan 2026: mean calibre")
    expect(picture).to_have_attribute("alt", re.compile("^Photograph, 5 Jan 2026: mean calibre"))
    expect(page.locator("#pair-change")).to_contain_text("px")
    expect(page.locator(".pair-view")).to_have_attribute("data-mode", "difference")

    # whoever wants no comparison gets none
    choice.select_option("")
    expect(stage).to_have_count(0)
    expect(page.locator("#pair-change")).to_have_text(CHOOSE)
    page.locator("#trend-measurement").select_option(label="Vascular density")
    expect(choice.locator("option").nth(1)).to_contain_text("%")
    expect(choice).to_have_value("")


def test_of_several_other_visits_none_is_chosen(visit: Visit, small: bytes) -> None:
    page = visit.page
    sign_up(visit)
    days = ("2025-11-05", "2026-01-05", "2026-03-01")
    ids = [saved(visit, small, subject="P-1", eye="left", taken_on=day) for day in days]
    visit.open("/history.html")
    expect(page.locator("#placeholder")).to_contain_text(
        "To compare two visits of an eye, open one and choose the other below it."
    )
    page.locator(f'#list a[href="#{ids[1]}"]').click()
    choice = page.get_by_label("Compare with another visit")
    expect(choice.locator("option")).to_have_count(3)
    choice.scroll_into_view_if_needed()
    settle(page)
    expect(choice).to_have_value("")
    expect(page.locator("#pair-change")).to_have_text(CHOOSE)


def test_a_visit_that_cannot_be_fetched_can_be_chosen_again(visit: Visit, small: bytes) -> None:
    page = visit.page
    sign_up(visit)
    earlier = saved(visit, small, subject="P-1", eye="left", taken_on="2026-01-05")
    later = saved(visit, small, subject="P-1", eye="left", taken_on="2026-03-01")
    address = f"**/api/v1/predictions/{earlier}"
    page.route(address, lambda route: route.abort())
    visit.open(f"/history.html#{later}")
    page.get_by_role("button", name="Compare with another visit").click()
    choice = page.get_by_label("Compare with another visit")
    expect(page.locator("#trouble")).to_contain_text("cannot be reached")
    expect(choice).to_have_value("")
    expect(page.locator("#pair-change")).to_have_text(CHOOSE)
    page.unroute(address)
    choice.select_option(earlier)
    expect(page.locator(".pair-stage").first).to_be_visible()
    expect(page.locator("#trouble")).to_be_hidden()
