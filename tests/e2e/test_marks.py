"""Arteries and veins and the optic disc on the page: asked for when they are wanted, shown with a legend."""

import csv
import io
import json
import re
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, Route, expect

from e2e.correcting import place
from e2e.everyone import expect_for_everyone
from e2e.person import saved, sign_up
from e2e.visit import PREDICTIONS, Visit, pixels, resize
from retina.imaging.arrays import Rgb
from retina.imaging.overlay import ARTERY_COLOUR, VEIN_COLOUR, VESSEL_COLOUR
from support.specimens import encode

MIDDLE = """line => {
  const {x, y} = line.getPointAtLength(line.getTotalLength() / 2);
  const drawing = line.ownerSVGElement.viewBox.baseVal;
  return [(x - drawing.x) / drawing.width, (y - drawing.y) / drawing.height];
}"""
"""The middle of a line on a photograph, 0 to 1, in JavaScript."""

ARTERIES_AND_VEINS, OPTIC_DISC = "Arteries and veins", "Optic disc"


def asked(visit: Visit) -> list[str]:
    """The outputs of every prediction that the page has asked for since it was opened."""
    return visit.page.evaluate("() => window.asked")  # type: ignore[no-any-return]


def opened(visit: Visit) -> Page:
    """The page, with a record of what it asks for: Playwright does not show forms with files in them."""
    visit.page.add_init_script("""
      window.asked = [];
      const append = FormData.prototype.append;
      FormData.prototype.append = function (name, ...value) {
        if (name === 'outputs') window.asked.push(value[0]);
        append.call(this, name, ...value);
      };
    """)
    return visit.open().page


def switch(page: Page, name: str, *, on: bool = True) -> None:
    page.get_by_role("checkbox", name=name).set_checked(on)


def counts(picture: NDArray[np.float32], *colours: tuple[int, int, int]) -> list[int]:
    """How many pixels have each colour."""
    return [int(np.count_nonzero(np.abs(picture - colour).max(axis=2) < 12)) for colour in colours]


def holding_back(visit: Visit, photograph: bytes) -> tuple[Page, list[Route]]:
    """The page with a segmented photograph; what it asks from then on is held back."""
    page, held = visit.open().page, list[Route]()
    visit.choose(("a.jpg", photograph))
    visit.expect_state("a.jpg", "done")
    page.route(PREDICTIONS, lambda route: held.append(route))
    return page, held


def arrived(page: Page, held: list[Route]) -> Route:
    """The request that is held back, once it is there: the page says that it looks before it has sent anything."""
    while not held:
        page.wait_for_timeout(50)
    return held.pop()


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


def test_the_disc_is_measured_once_it_is_found(visit: Visit, small: bytes) -> None:
    page = visit.open().page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page.get_by_text("More measurements").click()
    disc = page.locator("#measurement-groups section").filter(has=page.get_by_role("heading", name="Optic disc"))
    expect(disc).to_contain_text("The optic disc, arteries and veins were not looked for.")
    switch(page, OPTIC_DISC)
    expect(disc.get_by_text("Disc diameter", exact=True)).to_be_visible()
    expect(disc).not_to_contain_text("were not looked for")


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
    expect(legend).to_contain_text("Rim of the optic disc")


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
        r"^\d+ of \d+\. (Artery|Vein|Vessel of unclear kind): length [\d.]+ px, "
        r"calibre [\d.]+ ± [\d.]+ px, (tortuosity [\d.]+|a ring, without tortuosity)\.$"
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


def test_a_measurement_is_defined_and_drawn_a_click_away(visit: Visit, small: bytes) -> None:
    page = visit.open().page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    name = page.locator("#facts summary", has_text="Vascular density")
    name.focus()
    page.keyboard.press("Enter")
    definition = page.locator("#facts .definition[open]")
    expect(definition).to_contain_text("Source: ")
    expect(definition.locator("svg")).to_be_visible()
    page.get_by_text("More measurements").click()
    page.locator("#measurement-groups summary", has_text="Tortuosity").first.click()
    expect(page.locator("#measurement-groups .definition[open] svg")).to_be_visible()
    expect_for_everyone(page)


def test_intervals_are_asked_for_when_more_measurements_are_opened(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    page = opened(visit)
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    density = page.locator("#facts .measurement").filter(has_text="Vascular density").locator(".interval")
    expect(density).to_have_count(0)
    assert asked(visit) == ["preview,mask"]
    page.route(PREDICTIONS, lambda route: route.abort(), times=1)
    page.get_by_text("More measurements").click()
    expect(page.locator("#intervals-trouble")).to_contain_text("cannot be reached")
    page.get_by_role("button", name="Try again").click()
    expect(density).to_have_text(re.compile(r"^[\d.]+ to [\d.]+ by threshold$"))
    expect(page.locator("#intervals-trouble")).to_be_hidden()
    expect(page.locator("#intervals-note")).to_contain_text("no confidence interval")
    assert page.locator("#measurement-groups .interval").count() > 10

    switch(page, ARTERIES_AND_VEINS)
    expect(page.locator("#intervals-status")).to_be_empty()
    page.wait_for_function("() => window.asked.length === 5")
    assert asked(visit) == ["preview,mask", "intervals", "intervals", "artery_vein", "intervals,artery_vein"]
    expect_for_everyone(page)
    table = visit.download(page.get_by_role("button", name="Table (CSV)").click)[1].decode()
    row = next(csv.DictReader(io.StringIO(table)))
    assert float(row["vascular_density_low"]) < float(row["vascular_density"]) < float(row["vascular_density_high"])

    page.get_by_role("button", name="Save to history").click()
    page.get_by_role("link", name="See it in your history").click()
    expect(density).to_have_text(re.compile("by threshold$"))


def test_what_was_measured_by_arteries_and_veins_stays_when_they_are_switched_off(visit: Visit, small_rgb: Rgb) -> None:
    """Also where each switch asks the service for another overlay."""
    page = visit.open().page

    def with_ratio(route: Route) -> None:
        answer = route.fetch().json()
        by_kinds = b"artery_vein" in (route.request.post_data_buffer or b"")
        answer["measurements"]["avr"] = 0.74 if by_kinds else None
        route.fulfill(json=answer)

    page.route(PREDICTIONS, with_ratio)
    visit.without_copies()
    visit.choose(("scan.tif", encode(Image.fromarray(small_rgb), "TIFF")))
    visit.expect_state("scan.tif", "done")
    page.get_by_text("More measurements").click()
    switch(page, ARTERIES_AND_VEINS)
    switch(page, OPTIC_DISC)
    ratio = page.locator("#measurement-groups .measurement").filter(has_text="Arteriole-to-venule ratio")
    expect(ratio.locator("dd")).to_have_text("0.74")
    with page.expect_response(PREDICTIONS):
        switch(page, ARTERIES_AND_VEINS, on=False)
    expect(page.locator("#marks-status")).to_be_empty()
    expect(ratio.locator("dd")).to_have_text("0.74")


def test_arteries_and_veins_by_region(visit: Visit, small: bytes) -> None:
    page = visit.open().page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page.get_by_text("More measurements").click()
    values = page.get_by_role("region", name="Values by region")
    expect(values).to_have_count(0)
    switch(page, ARTERIES_AND_VEINS)
    expect(values.get_by_role("columnheader", name="Arteries")).to_be_visible()
    field = values.get_by_role("row", name="Whole field").get_by_role("cell")
    # Each with its repeatability.
    assert [bool(re.fullmatch(r"[\d.]+ %\s+± [\d.]+", each)) for each in field.all_inner_texts()] == [True] * 3
    assert values.get_by_role("row").count() == 8
    page.get_by_label("Measurement", exact=True).select_option(label="Mean calibre")
    assert [bool(re.fullmatch(r"[\d.]+ px\s+± [\d.]+", each)) for each in field.all_inner_texts()] == [True] * 3
    for dash in values.get_by_role("cell", name="–", exact=True).all():
        assert dash.evaluate("cell => cell.closest('section').querySelectorAll('.regional-reasons li').length")
    expect_for_everyone(page)
