"""A correction that is interrupted: by another photograph, the browser, keys, or a line that fails."""

import numpy as np
from playwright.sync_api import Page, Route, expect

from e2e.correcting import begin, density, expect_headline, mask, place, stroke
from e2e.everyone import expect_for_everyone
from e2e.visit import PREDICTIONS, Visit

WORKER = "**/correction-worker.js"
LISTENING = "void addEventListener('keydown', (event) => { window.prevented = event.defaultPrevented; })"


def half_a_stroke(page: Page, *spots: tuple[float, float]) -> None:
    """The button stays pressed."""
    page.mouse.move(*place(page, *spots[0]))
    page.mouse.down()
    for spot in spots[1:]:
        page.mouse.move(*place(page, *spot), steps=4)


def end(page: Page) -> None:
    page.locator("#correct-done").click()
    expect(page.locator("#correct")).to_be_hidden()  # then the words are of the mask as it is now
    expect(page.locator("#corrected-words")).to_have_text("The figures are those of the corrected vessels.")


def test_a_correction_survives_interruptions(visit: Visit, small: bytes) -> None:
    page = visit.page
    visit.open().choose(("a.jpg", small), ("b.jpg", small))
    visit.expect_state("b.jpg", "done")
    visit.show("a.jpg")
    _, found = mask(visit)

    # the service gives no probabilities and no field of view at first: nothing claims that they are still to come
    problem = {"code": "photograph_unreadable", "detail": "It is damaged."}
    page.route(PREDICTIONS, lambda route: route.fulfill(status=422, json=problem))
    page.locator("#stage").focus()
    for key, waiting in (("v", "#readout"), ("c", "#correct-words")):
        page.keyboard.press(key)
        expect(page.locator("#marks-trouble")).to_have_text("It is damaged.")
        expect(page.locator(waiting)).to_have_text("")
    page.unroute(PREDICTIONS)

    # a stroke that is made too early is not ignored silently; then the worker cannot be loaded at first
    page.route(WORKER, lambda route: route.abort())
    held: list[Route] = []
    page.route(PREDICTIONS, lambda route: held.append(route))
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("#correct-words")).to_have_text("Getting the field of view…")
    stroke(page, (0.4, 0.6), (0.7, 0.6))
    for words in ("#correct-words", "#correct-spoken"):
        expect(page.locator(words)).to_have_text("Getting the field of view… You can paint once it is here.")
    page.locator("#stage").focus()
    page.evaluate(LISTENING)
    page.keyboard.press(" ")
    assert page.evaluate("prevented"), "Space paints, and never scrolls"
    expect(page.locator("#stage")).to_have_css("cursor", "progress")
    held[0].continue_()
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(page.locator("#correct-trouble")).to_contain_text("could not be loaded")
    for words in ("#correct-words", "#correct-spoken"):
        expect(page.locator(words)).to_be_empty()
    expect(page.locator("#stage")).not_to_have_css("cursor", "progress")
    expect_for_everyone(page)
    page.unroute(PREDICTIONS)
    page.unroute(WORKER)
    again.click()
    expect(page.locator("#correct-words")).to_contain_text("Vascular density")
    expect(again).to_be_hidden()
    expect(page.locator("#correct-trouble")).to_be_hidden()
    before = density(page)

    # the browser takes a stroke back, long after the one before was to be written
    page.get_by_label("Size").fill("15")
    stroke(page, (0.4, 0.6), (0.7, 0.6))
    painted = density(page)
    half_a_stroke(page, (0.4, 0.45), (0.7, 0.45))
    page.wait_for_timeout(500)
    page.locator("#stage").dispatch_event("pointercancel", {"pointerId": 1, "bubbles": True})
    page.mouse.up()
    assert density(page) == painted

    # undo within a stroke takes back that stroke, and what is left of the movement paints nothing
    half_a_stroke(page, (0.4, 0.3), (0.6, 0.3))
    assert density(page) > painted
    page.keyboard.press("Control+z")
    page.mouse.move(*place(page, 0.7, 0.3), steps=2)
    assert density(page) == painted
    page.mouse.up()

    # what switches its own button off leaves the keyboard on the photograph
    for name in ("Undo", "Redo", "Discard"):
        button = page.locator("#correct").get_by_role("button", name=name)
        button.press("Enter")
        expect(button).to_be_disabled()
        expect(page.locator("#stage")).to_be_focused()
    assert density(page) == before
    page.keyboard.press("Control+z")
    assert density(page) == painted
    end(page)
    _, corrected = mask(visit)
    changed = corrected != found
    height, width = changed.shape
    row = slice(int(0.42 * width), int(0.68 * width))
    assert changed[int(0.6 * height), row].mean() > 0.5
    assert not changed[int(0.45 * height), row].any()

    # another photograph is shown right after a stroke, and this one again at once
    begin(page)
    stroke(page, (0.4, 0.4), (0.6, 0.4))
    twice = density(page)
    page.evaluate("for (const name of [1, 0]) document.querySelectorAll('.item .item-show')[name].click()")
    expect_headline(page, twice)
    expect(page.locator("#corrected-words")).to_have_text("The figures are those of the corrected vessels.")
    _, last = mask(visit)
    assert (last != corrected)[int(0.4 * height), row].mean() > 0.3
    begin(page)
    assert density(page) == twice
    page.keyboard.press("Control+z")
    assert density(page) == painted
    end(page)
    np.testing.assert_array_equal(mask(visit)[1], corrected)
