"""Arteries and veins and the optic disc on the page: asked for when they are wanted, shown with a legend."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Route, expect

from e2e.everyone import expect_for_everyone
from e2e.marks import ARTERIES_AND_VEINS, OPTIC_DISC, arrived, asked, holding_back, opened, switch
from e2e.person import saved, sign_up
from e2e.visit import PREDICTIONS, Visit, pixels, resize
from retina.imaging.arrays import Rgb
from retina.imaging.overlay import ARTERY_COLOUR, VEIN_COLOUR, VESSEL_COLOUR
from support.specimens import encode


def counts(picture: NDArray[np.float32], *colours: tuple[int, int, int]) -> list[int]:
    """How many pixels have each colour."""
    return [int(np.count_nonzero(np.abs(picture - colour).max(axis=2) < 12)) for colour in colours]


def test_arteries_and_veins_are_asked_for_when_they_are_wanted(visit: Visit, small: bytes) -> None:
    page = opened(visit)
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    visit.opacity(100)
    colours = (ARTERY_COLOUR, VEIN_COLOUR, VESSEL_COLOUR)
    plain = counts(visit.seen(), *colours)
    assert plain[:2] == [0, 0]
    assert asked(visit) == ["preview,mask"]
    expect(page.get_by_role("list", name="Legend")).to_be_hidden()

    switch(page, ARTERIES_AND_VEINS)
    expect(page.get_by_role("list", name="Legend")).to_contain_text("Artery")
    assert asked(visit)[1:] == ["artery_vein"]
    arteries, veins, others = counts(visit.seen(), *colours)
    assert min(arteries, veins) > 500
    assert others < plain[2] / 2
    saved = pixels(visit.download(page.get_by_role("button", name="Overlay (PNG)").click)[1])
    assert min(counts(saved, ARTERY_COLOUR, VEIN_COLOUR)) > 100
    name, kinds = visit.download(page.get_by_role("button", name="Arteries and veins (PNG)").click)
    assert name == "a-arteries-veins.png"
    assert min(counts(pixels(kinds), (255, 0, 0), (0, 0, 255))) > 100

    page.keyboard.press("3")
    on_black = visit.seen()
    assert min(counts(on_black, ARTERY_COLOUR, VEIN_COLOUR)) > 500
    assert counts(on_black, (0, 0, 0))[0] > on_black.shape[0] * on_black.shape[1] / 2
    page.keyboard.press("1")
    assert max(counts(visit.seen(), ARTERY_COLOUR, VEIN_COLOUR)) == 0

    page.keyboard.press("2")
    switch(page, ARTERIES_AND_VEINS, on=False)
    expect(page.get_by_role("list", name="Legend")).to_be_hidden()
    assert counts(visit.seen(), *colours) == plain
    page.keyboard.press("4")
    expect(page.get_by_role("checkbox", name=ARTERIES_AND_VEINS)).to_be_checked()
    expect(page.get_by_role("list", name="Legend")).to_be_visible()
    assert len(asked(visit)) == 2, "what was found once is not asked for again"


def test_the_next_photograph_is_asked_for_with_what_is_wanted(visit: Visit, small: bytes) -> None:
    page = opened(visit)
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    switch(page, OPTIC_DISC)
    expect(page.get_by_text("Rim of the optic disc", exact=True)).to_be_visible()
    visit.choose(("b.jpg", small))
    visit.expect_state("b.jpg", "done")
    visit.show("b.jpg")
    expect(page.get_by_text("Rim of the optic disc", exact=True)).to_be_visible()
    assert asked(visit) == ["preview,mask", "disc", "preview,mask,disc"]


def test_the_rim_lies_round_the_disc(visit: Visit) -> None:
    page = visit.sample().page
    page.keyboard.press("1")
    before = visit.seen()
    page.keyboard.press("2")
    visit.opacity(0)
    switch(page, OPTIC_DISC)
    expect(page.locator("#layer-disc ellipse")).to_have_count(2)
    rows, columns = np.nonzero(np.abs(visit.seen() - before).max(axis=2) > 60)
    scale = 1411 / before.shape[1]
    # Read off by eye: centre (220, 650), diameter 203.
    assert (columns.min() + columns.max()) / 2 * scale == pytest.approx(220, abs=25)
    assert (rows.min() + rows.max()) / 2 * scale == pytest.approx(650, abs=25)
    assert np.ptp(columns) * scale == pytest.approx(203, abs=45)


def test_what_cannot_be_seen_is_said(visit: Visit, small_rgb: Rgb) -> None:
    """A gray photograph without its disc."""
    gray = np.repeat(small_rgb.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    page = visit.open().page
    visit.choose(("gray.png", encode(Image.fromarray(gray), "PNG")))
    visit.expect_state("gray.png", "done")

    def without_disc(route: Route) -> None:
        answer = route.fetch().json()
        answer["structures"] |= {"disc": None, "disc_reason": "No optic disc is in view."}
        route.fulfill(json=answer)

    page.route(PREDICTIONS, without_disc)
    switch(page, OPTIC_DISC)
    status = page.locator("#marks-status")
    expect(status).to_have_text("No optic disc is in view.")
    switch(page, ARTERIES_AND_VEINS)
    expect(status).to_have_text(
        "The photograph has no colour by which arteries and veins could be told apart. No optic disc is in view."
    )
    expect(page.get_by_text("Rim of the optic disc", exact=True)).to_be_hidden()
    expect_for_everyone(page)


def test_a_busy_server_and_an_error_are_said(visit: Visit, small: bytes) -> None:
    page, held = holding_back(visit, small)
    switch(page, ARTERIES_AND_VEINS)
    status, trouble = page.locator("#marks-status"), page.locator("#marks-trouble")
    expect(status).to_have_text("Looking for arteries and veins…")
    problem = {"status": 503, "code": "busy", "detail": "Every core is busy."}
    headers = {"Retry-After": "1", "Content-Type": "application/problem+json"}
    arrived(page, held).fulfill(status=503, headers=headers, body=json.dumps(problem))
    expect(status).to_have_text("The server is busy. Trying again in 1 s…")
    arrived(page, held).abort()
    expect(trouble).to_contain_text("cannot be reached")
    expect(status).to_be_empty()
    expect_for_everyone(page)

    page.unroute(PREDICTIONS)
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("list", name="Legend")).to_be_visible()
    expect(trouble).to_be_hidden()
    expect(page.get_by_role("checkbox", name=ARTERIES_AND_VEINS)).to_be_focused()


def test_switching_off_ends_the_question(visit: Visit, small: bytes) -> None:
    page, held = holding_back(visit, small)
    switch(page, OPTIC_DISC)
    expect(page.locator("#marks-status")).to_have_text("Looking for the optic disc…")
    arrived(page, held)
    with page.expect_event("requestfailed"):
        switch(page, OPTIC_DISC, on=False)
    expect(page.locator("#marks-status")).to_be_empty()
    expect(page.locator("#marks-trouble")).to_be_hidden()


def test_the_servers_overlay_shows_them_where_the_browser_cannot(visit: Visit, small_rgb: Rgb) -> None:
    page = opened(visit)
    resize(page, {"width": 1280, "height": 1000})  # so that there is room for the legend above the same size
    visit.without_copies()
    visit.choose(("scan.tif", encode(Image.fromarray(small_rgb), "TIFF")))
    visit.expect_state("scan.tif", "done")
    before = visit.seen()
    switch(page, ARTERIES_AND_VEINS)
    expect(page.get_by_role("list", name="Legend")).to_be_visible()
    assert np.abs(visit.seen() - before).max() > 60
    switch(page, ARTERIES_AND_VEINS, on=False)
    expect(page.get_by_role("list", name="Legend")).to_be_hidden()
    expect(page.locator("#marks-status")).to_be_empty()
    assert np.abs(visit.seen() - before).max() < 12
    assert asked(visit) == ["preview,mask,overlay", "overlay,artery_vein", "overlay"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_use_the_layers(visits: Callable[..., Visit], small: bytes, scheme: str) -> None:
    visit = visits(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = visit.open().page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page.get_by_role("checkbox", name=ARTERIES_AND_VEINS).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name=OPTIC_DISC)).to_be_focused()
    page.keyboard.press("Space")
    legend = page.get_by_role("list", name="Legend")
    expect(legend.get_by_role("listitem")).to_have_text(
        ["Artery", "Vein", "Vessel of unclear kind", "Rim of the optic disc"]
    )
    expect(page.get_by_role("img", name="The rim of the optic disc")).to_be_visible()
    expect_for_everyone(page)


def test_a_saved_photograph_shows_what_was_saved_with_it(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    id = saved(visit, small, outputs="mask,artery_vein")
    page = visit.open(f"/history.html#{id}").page
    legend = page.get_by_role("list", name="Legend")
    switch(page, ARTERIES_AND_VEINS)
    expect(legend).to_contain_text("Vein")
    visit.opacity(100)
    assert min(counts(visit.seen(), ARTERY_COLOUR, VEIN_COLOUR)) > 500
    switch(page, OPTIC_DISC)
    expect(legend.get_by_text("Rim of the optic disc")).to_be_visible()


def test_a_photograph_saved_without_them_is_computed_again_with_them(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    page = visit.open(f"/history.html#{saved(visit, small)}").page
    switch(page, ARTERIES_AND_VEINS)
    trouble = page.locator("#marks-trouble")
    expect(trouble).to_contain_text("was saved without arteries, veins and optic disc")
    page.get_by_role("button", name="Compute again with the current model").click()
    expect(page.get_by_role("list", name="Legend")).to_contain_text("Artery")
    expect(trouble).to_be_hidden()
    expect_for_everyone(page)


def test_what_is_switched_on_is_saved(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page = visit.page
    switch(page, OPTIC_DISC)
    expect(page.get_by_role("list", name="Legend")).to_be_visible()
    page.get_by_role("button", name="Save to history").click()
    page.get_by_role("link", name="See it in your history").click()
    switch(page, OPTIC_DISC)
    expect(page.get_by_role("list", name="Legend")).to_contain_text("Rim of the optic disc")


def test_zones_and_quadrants_are_drawn_round_a_disc(visit: Visit, sample: bytes) -> None:
    page = visit.open().page
    visit.choose(("a.jpg", sample))
    visit.expect_state("a.jpg", "done")
    zones = page.get_by_role("checkbox", name="Zones and quadrants round the disc")
    page.get_by_role("button", name="More layers").click()
    expect(zones).to_be_hidden()
    switch(page, OPTIC_DISC)
    zones.check()
    expect(page.get_by_role("img", name="Zones B and C round the optic disc")).to_be_visible()
    expect(page.locator("#layer-zones text").filter(has_text="B")).to_have_count(1)
    zones.uncheck()
    expect(page.locator("#layer-zones svg")).to_have_count(0)
