"""Vessel segments on the photograph: drawn, chosen one after the other or by a click, and what was measured on them."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from e2e.correcting import place
from e2e.everyone import expect_for_everyone
from e2e.marks import ARTERIES_AND_VEINS, asked, opened, switch
from e2e.visit import Visit

MIDDLE = """line => {
  const {x, y} = line.getPointAtLength(line.getTotalLength() / 2);
  const drawing = line.ownerSVGElement.viewBox.baseVal;
  return [(x - drawing.x) / drawing.width, (y - drawing.y) / drawing.height];
}"""
"""The middle of a line on a photograph, 0 to 1, in JavaScript."""


def yellow(visit: Visit) -> int:
    """Pixels in one of the colours of segments."""
    seen = visit.seen()
    return int(((seen[..., 0] > 220) & (seen[..., 1] > 190) & (seen[..., 2] < 120)).sum())


def test_segments_are_drawn_and_what_was_measured_on_them_is_said(visit: Visit, small: bytes) -> None:
    page = opened(visit)
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page.get_by_role("button", name="More layers").click()
    before = yellow(visit)
    page.get_by_role("checkbox", name="Vessel segments").check()
    words = page.locator("#segment-words")
    expect(words).to_contain_text("segments: click one.")
    assert asked(visit) == ["preview,mask", "graph,disc"]
    expect(page.get_by_role("img", name="vessel segments, their branch points and ends")).to_be_visible()
    assert yellow(visit) > before + 50
    said = re.compile(
        r"^\d+ of \d+\. (Artery|Vein|Vessel of unclear kind): length [\d.]+\spx, "
        r"calibre [\d.]+ ± [\d.]+\spx, (tortuosity [\d.]+|a ring, without tortuosity)\.$"
    )
    page.get_by_role("button", name="Next segment").click()
    expect(words).to_have_text(said)
    expect(words).to_contain_text("1 of ")
    page.keyboard.press(".")
    expect(words).to_contain_text("2 of ")
    page.keyboard.press(",")
    page.keyboard.press(",")
    last = words.inner_text()
    expect(page.locator("#layer-segments .chosen-segment")).to_have_css("display", "inline")
    expect_for_everyone(page)

    # Where the longest segment is, a click finds it again.
    page.keyboard.press(".")
    middle = page.locator("#layer-segments .chosen-segment").evaluate(MIDDLE)
    first = words.inner_text()
    page.keyboard.press(",")
    expect(words).to_have_text(last)
    page.mouse.click(*place(page, *middle))
    expect(words).to_have_text(first)

    # Inside the loupe, too: it shows the chosen one, and Enter chooses that at the crosshair.
    page.keyboard.press(",")
    page.keyboard.press("l")
    page.mouse.move(*place(page, *middle))
    expect(page.locator("#loupe-drawings .segment-0")).to_have_css("fill", "none")
    page.mouse.click(*place(page, *middle))
    expect(words).to_have_text(first)
    expect(page.locator("#loupe-drawings .chosen-segment")).to_have_count(1)
    page.keyboard.press(",")
    expect(words).to_have_text(last)
    page.locator("#stage").focus()
    page.keyboard.press("Enter")
    expect(words).to_have_text(first)
    page.keyboard.press("d")
    page.keyboard.press(",")
    page.mouse.click(*place(page, *middle))
    expect(words).to_have_text(last)  # a click is for the distance then
    page.keyboard.press("d")
    page.keyboard.press("l")
    page.get_by_role("checkbox", name="Vessel segments").uncheck()
    expect(words).to_be_empty()
    expect(page.locator("#layer-segments svg")).to_have_count(0)
    assert len(asked(visit)) == 2


@pytest.mark.parametrize(("width", "kinds"), [(1280, False), (1100, True)])  # where one more control takes a line more
def test_the_photograph_stays_where_it_is_when_a_segment_is_chosen(
    visits: Callable[..., Visit], small: bytes, width: int, kinds: bool
) -> None:
    visit = visits(viewport={"width": width, "height": 900})
    page = visit.open().page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    if kinds:
        switch(page, ARTERIES_AND_VEINS)
        expect(page.locator("#layer-kinds")).to_have_attribute("src", re.compile("blob:"))
    page.get_by_role("button", name="More layers").click()
    switch(page, "Vessel segments")
    words = page.locator("#segment-words")
    expect(words).to_contain_text("segments: click one.")
    before = place(page, 0, 0), place(page, 1, 1)
    page.keyboard.press(".")
    expect(words).to_contain_text("1 of ")
    assert np.abs(np.subtract((place(page, 0, 0), place(page, 1, 1)), before)).max() < 1
