"""The page when the server or the network fails: nothing is lost, and every problem is reported."""

import json
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageOps
from playwright.sync_api import Route, expect

from e2e.visit import PREDICTIONS, Holding, Visit, pixels, resembles
from retina.imaging.arrays import Rgb
from support.specimens import encode


def test_two_photographs_are_sent_at_once(visit: Visit, small: bytes) -> None:
    hold = Holding()
    visit.page.route(PREDICTIONS, hold)
    visit.open().choose(*((f"{i}.jpg", small) for i in range(4)))
    for i, state in enumerate(["segmenting", "segmenting", "waiting", "waiting"]):
        visit.expect_state(f"{i}.jpg", state)
    while len(hold.held) < 2:  # the page says so before it has sent anything
        visit.page.wait_for_timeout(50)
    visit.page.wait_for_timeout(500)
    assert len(hold.held) == 2
    hold.on = False
    for route in hold.held:
        route.continue_()
    for i in range(4):
        visit.expect_state(f"{i}.jpg", "done")


def test_a_busy_server_is_retried(visit: Visit, small: bytes) -> None:
    visit.page.route(PREDICTIONS, busy, times=1)
    visit.open().choose(("a.jpg", small))
    expect(visit.item("a.jpg").locator(".item-state")).to_have_text("The server is busy. Trying again in 2 s…")
    visit.expect_state("a.jpg", "done")


def busy(route: Route) -> None:
    problem = {"status": 503, "code": "busy", "detail": "Every core is busy."}
    headers = {"Retry-After": "2", "Content-Type": "application/problem+json"}  # long enough to be seen
    route.fulfill(status=503, headers=headers, body=json.dumps(problem))


def unplugged(route: Route) -> None:
    route.abort()


def no_json(route: Route) -> None:
    route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")


@pytest.mark.parametrize(("trouble", "sentence"), [(unplugged, "cannot be reached"), (no_json, "HTTP 502")])
def test_after_an_error_the_user_can_try_again(visit: Visit, small: bytes, trouble: Any, sentence: str) -> None:
    visit.page.route(PREDICTIONS, trouble)
    visit.open().choose(("a.jpg", small))
    item = visit.expect_state("a.jpg", "refused")
    expect(item.locator(".item-sentence")).to_contain_text(sentence)
    visit.page.unroute(PREDICTIONS)
    item.get_by_role("button", name="Try a.jpg again").click()
    visit.expect_state("a.jpg", "done")


def test_a_size_mismatch_shows_the_overlay_of_the_server(visit: Visit, small: bytes) -> None:
    """Then browser and server do not agree which way is up: the server's own overlay is right in any case, if there
    is no copy."""

    def other_size(route: Route) -> None:
        answer = route.fetch().json()
        answer["photograph"]["width"] += 1
        answer["measurements"]["vascular_density"] = None
        route.fulfill(json=answer)

    visit.without_copies()
    visit.page.route(PREDICTIONS, other_size)
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    expect(visit.page.locator("#fallback")).to_contain_text("at a different size")
    expect(visit.page.locator("#layer-overlay")).to_be_visible()
    expect(visit.page.locator("#layer-photograph")).not_to_be_visible()
    expect(visit.page.locator("#facts .measurement dd")).to_have_text("not measurable")


def test_a_photograph_can_be_removed_while_it_is_sent(visit: Visit, small: bytes) -> None:
    held: list[Route] = []
    visit.page.route(PREDICTIONS, lambda route: held.append(route))
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "segmenting")
    visit.page.get_by_role("button", name="Remove all").click()
    visit.page.unroute(PREDICTIONS)
    visit.choose(("b.jpg", small))
    visit.expect_state("b.jpg", "done")
    expect(visit.page.locator(".item")).to_have_count(1)


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_a_photograph_that_the_browser_rotates_differently_is_shown_as_the_server_sees_it(
    visit: Visit, small_rgb: Rgb, orientation: int
) -> None:
    """A WebP with an EXIF orientation: the server heeds it, Chromium does not. The small photograph is a square whose
    eight orientations resemble each other by up to .983.
    """
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = Image.fromarray(small_rgb)
    turned = encode(stored, "WEBP", exif=exif, quality=95)
    visit.open().choose(("turned.webp", turned))
    visit.expect_state("turned.webp", "done")
    if orientation == 1:
        expect(visit.page.locator("#fallback")).to_be_hidden()
    else:
        expect(visit.page.locator("#fallback")).to_contain_text("Your browser rotates this photograph differently")
        visit.page.keyboard.press("1")
        seen = visit.seen()
        stored.getexif()[ExifTags.Base.Orientation] = orientation
        assert resembles(seen, pixels(encode(ImageOps.exif_transpose(stored), "PNG"), seen.shape[1::-1])) > 0.99


def test_the_expected_agreement_is_shown(visit: Visit, small: bytes) -> None:
    expected = iter([(0.824, 0.031, None), (0.512, 0.031, None), (0.824, 0.031, (0.701, 0.893)), (None, None, None)])

    def another_quality(route: Route) -> None:
        answer = route.fetch().json()
        names = ("expected_dice", "expected_dice_error", "expected_dice_interval")
        answer["quality"] |= zip(names, next(expected), strict=True)
        route.fulfill(json=answer)

    visit.page.route(PREDICTIONS, another_quality)
    visit.open()
    for name, words, match, warned in (
        ("good.jpg", "Dice 0.82 ± 0.03", "Good match expected", False),
        ("poor.jpg", "Dice 0.51 ± 0.03", "Poor match expected", True),
        ("interval.jpg", "Dice 0.82 (0.70 to 0.89)", "Good match expected", False),
        ("foreign.jpg", "not known", "Not known how well it matches", False),
    ):
        visit.choose((name, small))
        visit.expect_state(name, "done").locator(".item-show").click()
        expect(visit.page.locator("#result-title")).to_have_text(name)
        expect(visit.page.locator("#match")).to_have_text(match)
        expect(visit.page.locator("#fact-trust")).to_have_text(words)
        expect(visit.page.locator("#fact-trust")).to_be_hidden()  # until it is asked for
        expect(visit.page.locator("#warning-trust")).to_be_visible(visible=warned)
