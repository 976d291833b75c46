"""What was measured, beside the photograph: definitions, intervals by threshold, arteries, veins and disc."""

import csv
import io
import re

from PIL import Image
from playwright.sync_api import Route, expect

from e2e.everyone import expect_for_everyone
from e2e.marks import ARTERIES_AND_VEINS, OPTIC_DISC, arrived, asked, holding_back, opened, switch
from e2e.person import sign_up
from e2e.visit import PREDICTIONS, Visit
from retina.imaging.arrays import Rgb
from support.specimens import encode


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


def test_a_definition_stays_open_when_intervals_arrive(visit: Visit, small: bytes) -> None:
    page, held = holding_back(visit, small)
    page.get_by_text("More measurements").click()
    groups = page.locator("#measurement-groups")
    name = groups.locator("summary", has_text="Tortuosity").first
    name.focus()
    page.keyboard.press("Enter")
    definition = groups.locator(".definition[open] svg")
    expect(definition).to_be_visible()
    arrived(page, held).continue_()
    expect(groups.locator(".interval").first).to_be_visible()
    expect(definition).to_be_visible()
    expect(name).to_be_focused()

    switch(page, ARTERIES_AND_VEINS)
    arrived(page, held).continue_()
    choice = page.get_by_label("Measurement", exact=True)
    choice.focus()
    arrived(page, held).continue_()  # intervals again
    expect(page.locator("#intervals-status")).to_be_empty()
    expect(choice).to_be_focused()
    expect(definition).to_be_visible()


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
    assert [bool(re.fullmatch(r"[\d.]+\s%\s+± [\d.]+", each)) for each in field.all_inner_texts()] == [True] * 3
    assert values.get_by_role("row").count() == 8
    page.get_by_label("Measurement", exact=True).select_option(label="Mean calibre")
    assert [bool(re.fullmatch(r"[\d.]+\spx\s+± [\d.]+", each)) for each in field.all_inner_texts()] == [True] * 3
    for dash in values.get_by_role("cell", name="–", exact=True).all():
        assert dash.evaluate("cell => cell.closest('section').querySelectorAll('.regional-reasons li').length")
    expect_for_everyone(page)
