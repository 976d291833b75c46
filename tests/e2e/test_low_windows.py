"""In every language the picture has nearly half of a low window, whatever is done with it; nothing covers anything."""

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Page, Route, ViewportSize, expect

from e2e.correcting import begin, stroke
from e2e.everyone import expect_nothing_covered
from e2e.person import saved, sign_up
from e2e.stored import expect_stored
from e2e.visit import Visit, resize
from support.specimens import encode

SHARE = 0.45
WINDOWS: tuple[ViewportSize, ...] = (
    {"width": 1280, "height": 600},
    {"width": 950, "height": 600},
    {"width": 1280, "height": 670},
    {"width": 1024, "height": 768},
)


def in_every_language(visit: Visit, address: str) -> Iterator[str]:
    """The address is opened once for each."""
    for language in ("en", "de", "fr", "es"):
        visit.page.evaluate("(language) => localStorage.setItem('retina.language', language)", language)
        visit.page.goto("about:blank")
        visit.open(address)
        expect(visit.page.locator("html")).to_have_attribute("lang", language)
        expect(visit.page.locator("#layer-vessels")).to_have_attribute("data-state", "drawn")
        yield language


def share_of(page: Page) -> float:
    """How much of the window's height the picture has."""
    box, window = page.locator("#stage").bounding_box(), page.viewport_size
    assert box
    assert window
    expect_nothing_covered(page)
    return box["height"] / window["height"]


def shares(page: Page) -> Iterator[tuple[str, float]]:
    """What is done with the picture, in every window, and the picture's share of its height."""
    stage = page.locator("#stage")
    for window in WINDOWS:
        resize(page, window)
        for key, use in (("d", "measuring"), ("v", "the probability")):
            stage.focus()
            page.keyboard.press(key)
            expect(page.locator("#readout")).to_be_visible()
            yield f"{window} {use}", share_of(page)
            stage.focus()
            page.keyboard.press(key)
    correct = page.locator("#correct")
    for number, window in enumerate(WINDOWS):
        resize(page, window)
        if not number:
            stage.focus()
            page.keyboard.press("c")
            expect(correct).to_be_visible()
            expect(page.locator("#stage.correcting")).to_be_attached()
            stroke(page, (0.4, 0.6), (0.6, 0.6))  # the longest words
        yield f"{window} correcting", share_of(page)
        assert correct.evaluate("e => e.scrollHeight - e.clientHeight") <= 0, f"{window}: all controls are seen"
    page.keyboard.press("Control+z")
    page.keyboard.press("Escape")
    expect(correct).to_be_hidden()


@pytest.mark.parametrize("history", [False, True], ids=["start", "history"])
def test_the_picture_comes_first(visit: Visit, small: bytes, history: bool) -> None:
    if history:
        sign_up(visit, "/history.html")
        address = f"/history.html#{saved(visit, small, subject='P-1', eye='left')}"
    else:
        address = "/"
        visit.open().choose(("a.jpg", small))
        visit.expect_state("a.jpg", "done")
        expect_stored(visit.page, "a.jpg", state="done")
    for language in in_every_language(visit, address):
        low = [(use, share) for use, share in shares(visit.page) if share < SHARE]
        assert low == [], language


def test_a_wide_photograph_keeps_its_size_while_it_is_corrected(visit: Visit, small: bytes) -> None:
    page = visit.page
    wide = encode(ImageOps.pad(Image.open(io.BytesIO(small)), (530, 353)), "JPEG")
    visit.open().choose(("a.jpg", wide))
    visit.expect_state("a.jpg", "done")
    expect_stored(page, "a.jpg", state="done")
    layers, correct = page.locator("#layers"), page.locator("#correct")
    for language in in_every_language(visit, "/"):
        for window in WINDOWS:
            resize(page, window)
            before = layers.bounding_box()
            page.locator("#stage").focus()
            page.keyboard.press("c")
            expect(page.locator("#stage.correcting")).to_be_attached()
            after = layers.bounding_box()
            assert before
            assert after
            assert after["width"] >= before["width"] - 1, (language, window)
            assert correct.evaluate("e => e.scrollHeight - e.clientHeight") <= 0, (language, window)
            page.keyboard.press("Escape")
            expect(correct).to_be_hidden()


def test_in_french_all_controls_are_seen_in_a_narrow_low_window(visit: Visit, small: bytes) -> None:
    page = visit.page
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page.evaluate("localStorage.setItem('retina.language', 'fr')")
    expect_stored(page, "a.jpg", state="done")
    resize(page, {"width": 900, "height": 670})
    page.reload()
    visit.expect_state("a.jpg", "done")
    page.locator("#stage").focus()
    page.keyboard.press("c")
    expect(page.locator("#stage.correcting")).to_be_attached()
    stroke(page, (0.4, 0.6), (0.6, 0.6))
    expect(page.locator("#correct-words")).to_contain_text("modèle")
    assert page.locator("#correct").evaluate("e => e.scrollHeight - e.clientHeight") <= 0


def test_nor_does_it_shrink_while_something_is_waited_for(visit: Visit, small: bytes) -> None:
    page = visit.page
    sign_up(visit, "/history.html")
    address = f"/history.html#{saved(visit, small, subject='P-1', eye='left')}"
    waiting: list[Route] = []
    page.route(re.compile("/api/v1/predictions/[^/]+/probability"), lambda route: waiting.append(route))
    resize(page, WINDOWS[0])
    for language in in_every_language(visit, address):
        page.locator("#stage").focus()
        page.keyboard.press("v")
        expect(page.locator("#marks-status.busy")).not_to_be_empty()
        assert share_of(page) >= SHARE, language
    for route in waiting:
        route.abort()


def test_nothing_moves_once_the_field_of_view_is_here(visit: Visit, small: bytes) -> None:
    page = visit.page
    resize(page, {"width": 1280, "height": 600})
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page.route("**/api/v1/predictions", lambda route: None)  # no answer
    page.locator("#stage").focus()
    page.keyboard.press("c")
    expect(page.locator("#correct-words")).to_contain_text("Getting the field of view")
    waiting = page.locator("#stage").bounding_box()
    expect_stored(page, "a.jpg", state="done")
    page.unroute("**/api/v1/predictions")
    page.reload()
    visit.expect_state("a.jpg", "done")
    begin(page)
    assert page.locator("#stage").bounding_box() == waiting
