"""Segments are relabelled as artery or vein, and what was relabelled is kept or discarded."""

import re

import numpy as np
from playwright.sync_api import expect

from e2e.correcting import begin, kinds, mask, stroke
from e2e.everyone import expect_for_everyone
from e2e.stored import expect_stored
from e2e.visit import PREDICTIONS, Visit


def test_a_segment_gets_another_kind_and_back(visit: Visit, small: bytes) -> None:
    page = visit.page
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page.get_by_role("button", name="More layers").click()
    page.get_by_label("Vessel segments").check()
    page.get_by_role("button", name="Next segment").click()
    expect(page.locator("#relabel-note")).to_contain_text("Switch on “Arteries and veins”")
    page.get_by_label("Arteries and veins").check()
    expect(page.locator("#layer-kinds")).to_have_attribute("src", re.compile("blob:"))
    page.get_by_role("button", name="Next segment").click()
    group = page.get_by_role("group", name="The chosen segment is")
    pressed = group.locator("[aria-pressed=true]").inner_text()
    other = "Vein" if pressed == "Artery" else "Artery"
    before = page.locator("#layer-kinds").get_attribute("src")
    group.get_by_role("button", name=other).press("Enter")
    expect(group.locator("[aria-pressed=true]")).to_have_text(other)
    expect(page.locator("#segment-words")).to_contain_text(f"{other}: length")
    expect(page.locator("#layer-kinds")).not_to_have_attribute("src", str(before))
    expect(page.locator("#match")).to_have_text("Corrected by you")
    expect_for_everyone(page)
    expect(page.locator("#corrected-words")).to_have_text("The figures are those of the corrected vessels.")
    group.get_by_role("button", name="Undo").click()
    expect(group.locator("[aria-pressed=true]")).to_have_text(pressed)
    expect(page.locator("#match")).not_to_have_text("Corrected by you")


HELD_BACK = """() => {
  const make = OffscreenCanvas.prototype.convertToBlob;
  OffscreenCanvas.prototype.convertToBlob = async function (...how) {
    let end;
    const ended = new Promise((resolve) => (end = resolve));
    await new Promise((resolve) => (window.goOn = () => { resolve(); return ended; }));
    const layer = await make.apply(this, how);
    setTimeout(end);
    return layer;
  };
  window.back = () => { OffscreenCanvas.prototype.convertToBlob = make; };
}"""
"""Holds back a layer that the page draws by itself, in JavaScript: `goOn` lets it go, and waits for it."""


def test_colours_that_come_late_leave_those_of_the_next_photograph(visit: Visit, small: bytes) -> None:
    page = visit.page
    visit.open().choose(("a.jpg", small), ("b.jpg", small))
    for name in ("a.jpg", "b.jpg"):
        visit.expect_state(name, "done")
    page.get_by_label("Arteries and veins").check()
    page.get_by_role("button", name="More layers").click()
    page.get_by_label("Vessel segments").check()
    layer, following = page.locator("#layer-kinds"), page.get_by_role("button", name="Next segment")
    for name in ("b.jpg", "a.jpg"):
        visit.show(name)
        expect(following).to_be_enabled()
        expect(layer).to_have_attribute("src", re.compile("blob:"))
    following.click()
    page.evaluate(HELD_BACK)
    group = page.get_by_role("group", name="The chosen segment is")
    other = "Vein" if group.locator("[aria-pressed=true]").inner_text() == "Artery" else "Artery"
    group.get_by_role("button", name=other).press("Enter")
    expect(group.locator("[aria-pressed=true]")).to_have_text(other)
    while not page.evaluate("'goOn' in window"):
        page.wait_for_timeout(50)
    page.evaluate("window.back()")
    visit.show("b.jpg")
    shown = str(layer.get_attribute("src"))
    assert shown.startswith("blob:")
    page.evaluate("window.goOn()")
    assert layer.get_attribute("src") == shown


def test_what_was_relabelled_outlives_a_reload_and_is_discarded_with_the_strokes(visit: Visit, small: bytes) -> None:
    page = visit.page
    group = page.get_by_role("group", name="The chosen segment is")
    undo = group.get_by_role("button", name="Undo")
    measured = "The figures are those of the corrected vessels."

    def choose(number: int) -> None:
        page.get_by_label("Arteries and veins").check()
        if page.get_by_label("Vessel segments").is_hidden():
            page.get_by_role("button", name="More layers").click()
        page.get_by_label("Vessel segments").check()
        for _ in range(number):
            page.get_by_role("button", name="Next segment").click()
        expect(group.locator("[aria-pressed=true]")).to_be_visible()

    def relabel() -> None:
        pressed = group.locator("[aria-pressed=true]").inner_text()
        layer = str(page.locator("#layer-kinds").get_attribute("src"))
        group.get_by_role("button", name="Vein" if pressed == "Artery" else "Artery").click()
        expect(page.locator("#layer-kinds")).not_to_have_attribute("src", layer)
        expect(page.locator("#corrected-words")).to_have_text(measured)

    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    _, found = mask(visit)
    choose(1)
    own = kinds(visit)
    relabel()
    first = kinds(visit)
    assert (first != own).any()
    expect_stored(page, "a.jpg", measured=True)
    page.reload()
    visit.expect_state("a.jpg", "done")
    choose(2)
    expect(undo).to_be_disabled()
    relabel()
    assert (kinds(visit) != first).any()
    with page.expect_response(PREDICTIONS) as answered:  # the figures, too, are those of what is shown
        undo.press("Enter")
        expect(undo).to_be_disabled()
        expect(page.locator("#stage")).to_be_focused()
        np.testing.assert_array_equal(kinds(visit), first)
    assert answered.value.json()["correction"]["kinds"] is True
    expect(page.locator("#corrected-words")).to_have_text(measured)

    # after a stroke, what was relabelled on the mask of before cannot be undone on its own
    relabel()
    expect(undo).to_be_enabled()
    begin(page)
    page.get_by_label("Size").fill("15")
    stroke(page, (0.4, 0.6), (0.7, 0.6))
    page.locator("#correct-done").click()
    expect(page.locator("#corrected-words")).to_have_text(measured)
    expect(undo).to_be_disabled()
    _, corrected = mask(visit)
    assert (corrected != found).any()
    np.testing.assert_array_equal(kinds(visit).any(axis=2), corrected)

    # without the strokes it is a correction of kinds alone, which is discarded as well
    begin(page)
    page.locator("#correct-undo").click()
    page.locator("#correct-done").click()
    expect(page.locator("#corrected-words")).to_have_text(measured)
    np.testing.assert_array_equal(mask(visit)[1], found)
    begin(page)
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("button", name="Discard")).to_be_disabled()
    page.locator("#correct-done").click()
    expect(page.locator("#match")).not_to_have_text("Corrected by you")
    expect(page.locator("#layer-kinds")).to_have_attribute("src", re.compile("blob:"))
    name, last = mask(visit)
    assert name == "a-vessels.png"
    np.testing.assert_array_equal(last, found)
    np.testing.assert_array_equal(kinds(visit), own)
