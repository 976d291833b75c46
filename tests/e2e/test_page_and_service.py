"""The page takes labels, units and limits from the service, whatever they are, and says where it cannot have them."""

import re
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from e2e.person import sign_up, token
from e2e.visit import PREDICTIONS, Visit
from retina.imaging.arrays import Rgb
from support.specimens import encode
from support.tables import rows_of

MEASUREMENTS, LIMITS, TRENDS = "**/api/v1/measurements", "**/api/v1/limits", "**/api/v1/trends?*"

OTHER_GROUPS = ["Vessels", "In micrometres", "Optic disc", "Central equivalents", "Fovea"]


@pytest.fixture(scope="module")
def small(small_rgb: Rgb) -> bytes:
    return encode(Image.fromarray(small_rgb), "JPEG", quality=92)


@pytest.fixture
def longer_list(visit: Visit) -> Visit:
    """The first measurement under another label and in another unit, and a second one."""
    first = httpx.get(f"{visit.address}/api/v1/measurements").json()["measurements"][0]
    first |= {"label": "share of vessels", "display": {"factor": 1000, "decimals": 0, "unit": "‰", "context": "of it"}}
    display = {"factor": 1, "decimals": 2, "unit": "px", "context": ""}
    second = first | {"name": "calibre", "label": "mean calibre", "unit": "px", "display": display}
    visit.page.route(MEASUREMENTS, lambda route: route.fulfill(json={"measurements": [first, second]}))
    return visit


def with_calibre(route: Route) -> None:
    answer: Any = route.fetch().json()
    answer["measurements"] = {"vascular_density": 0.1066, "calibre": 5.678}
    route.fulfill(json=answer)


def test_labels_and_units_of_a_result(longer_list: Visit, small: bytes) -> None:
    page = longer_list.page
    page.route(PREDICTIONS, with_calibre)
    longer_list.open().choose(("a.jpg", small))
    facts = page.locator("#facts .measurement")
    expect(facts.locator("dt")).to_have_text(["Share of vessels", "Mean calibre"])
    expect(facts.locator("dd")).to_have_text(["107 ‰ of it", "5.68 px"])
    data = longer_list.download(page.get_by_role("button", name="Table (CSV)").click)[1]
    [row] = rows_of(data)
    assert (row["vascular_density"], row["calibre"], row["state"]) == ("0.1066", "5.678", "done")


def test_other_measurements_are_listed_in_groups_with_their_reasons(visit: Visit, small: bytes) -> None:
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page = visit.page
    expect(page.locator("#facts .measurement dt")).to_have_text("Vascular density")
    page.get_by_text("More measurements").click()
    groups = page.locator("#measurement-groups section")
    expect(groups.locator("h3")).to_have_text(OTHER_GROUPS)
    vessels = groups.first.locator(".measurement").filter(has_text="Tortuosity").first
    expect(vessels.locator("dd")).to_have_text(re.compile(r"^1\.\d{3}\s*1\.\d{3} to 1\.\d{3} by threshold\s*$"))
    expect(groups.nth(1)).to_contain_text("The size of a pixel on the retina is not known.")
    expect(groups.nth(2)).to_contain_text("The optic disc, arteries and veins were not looked for.")


def test_each_measurement_has_a_trend(longer_list: Visit, small: bytes) -> None:
    sign_up(longer_list)
    for day in ("2026-01-01", "2026-02-01"):
        said = {"save": "true", "outputs": "preview", "subject": "P", "eye": "left", "taken_on": day}
        url = f"{longer_list.address}/api/v1/predictions"
        httpx.post(url, files={"file": small}, data=said, headers=token(longer_list), timeout=30).raise_for_status()
    page = longer_list.page

    def second_trend(route: Route) -> None:
        answer: Any = route.fetch().json()
        first, *_ = answer["trends"]
        points = [point | {"value": 5.0 + i} for i, point in enumerate(first["points"])]
        answer["trends"] = [first, {"measurement": "calibre", "unit": "px", "points": points}]
        route.fulfill(json=answer)

    page.route(TRENDS, second_trend)
    longer_list.open("/history.html")
    expect(page.locator("#list .item-state").first).to_contain_text("‰")
    page.locator("#list a").first.click()
    expect(page.locator("#trend-title")).to_have_text("Share of vessels of P, left eye")
    expect(page.locator("#trend-column")).to_have_text("Share of vessels")
    page.get_by_label("Measurement").select_option(label="Mean calibre")
    expect(page.locator("#trend-title")).to_have_text("Mean calibre of P, left eye")
    expect(page.locator("#trend-rows td.number").nth(0)).to_have_text("5.00 px")
    expect(page.get_by_role("img", name=re.compile(r"between 5\.00\spx and 6\.00\spx"))).to_be_visible()
    expect(page.locator("#compare-with option")).to_have_text(["none", "1 Jan 2026, 5.00 px"])


def test_a_list_that_cannot_be_fetched_is_reported_and_retried(visit: Visit, small: bytes) -> None:
    page = visit.page
    page.route(MEASUREMENTS, lambda route: route.abort())
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    expect(page.locator("#no-measurements")).to_contain_text("The list of measurements could not be fetched")
    expect(page.locator("#facts .measurement")).to_have_count(0)
    expect(page.locator("#fact-size")).to_have_text("353 × 353 pixels")
    data = visit.download(page.get_by_role("button", name="Table (CSV)").click)[1]
    [row] = rows_of(data)
    assert 0 < float(row["vascular_density"]) < 0.5
    page.unroute(MEASUREMENTS)
    page.locator(".item-show").click()
    expect(page.locator("#facts .measurement dt")).to_have_text("Vascular density")
    expect(page.locator("#no-measurements")).to_be_hidden()


def test_limits_are_those_of_the_service(visit: Visit, small: bytes) -> None:
    limits = httpx.get(f"{visit.address}/api/v1/limits").json()
    smaller = limits | {"upload_bytes": len(small) - 1, "formats": ["JPEG", "PNG"], "batch_items": 1}
    page = visit.page
    page.route(LIMITS, lambda route: route.fulfill(json=smaller))
    visit.open()
    expect(page.locator("#drop-formats")).to_contain_text("JPEG or PNG, up to 0.0")
    visit.choose(("a.jpg", small))
    expect(visit.expect_state("a.jpg", "refused").locator(".item-sentence")).to_contain_text(
        "this page accepts up to 0.0"
    )
    sign_up(visit, "/batches.html")
    expect(page.locator("#drop-formats")).to_contain_text("Up to 1. JPEG or PNG")
    visit.choose(("a.jpg", small), ("b.jpg", small))
    expect(page.locator("#new-trouble")).to_have_text("A batch has at most 1 photograph, and you chose 2.")
