"""The history page: finding, editing, recomputing, following trends, downloading and deleting."""

import io
import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from e2e.everyone import NOT_FOR_DIAGNOSIS, expect_for_everyone
from e2e.person import saved, sign_up, token
from e2e.visit import Visit, settle

PATH = "/history.html"
FRAME = (".pair-view", ".pair-legend", ".pair-stage")


def is_stored(visit: Visit, id: str) -> bool:
    return httpx.get(f"{visit.address}/api/v1/predictions/{id}", headers=token(visit)).status_code == 200


def test_the_list_answers_the_last_search(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    for subject in ("P-1", "P-2"):
        saved(visit, small, subject=subject)
    page = visit.open(PATH).page
    names = page.locator("#list .item-name")
    expect(names).to_have_count(2)
    slow: list[Route] = []
    page.route("**/api/v1/predictions?subject=P-1", lambda route: slow.append(route))
    filter_ = page.get_by_role("form", name="Filter")
    filter_.get_by_label("Subject label").fill("P-1")
    filter_.get_by_role("button", name="Filter").click()
    with page.expect_response("**/api/v1/predictions?"):
        filter_.get_by_role("button", name="Clear").click()
    with page.expect_response("**/api/v1/predictions?subject=P-1"):
        slow[0].continue_()
    settle(page)
    expect(names).to_have_count(2)


def open_record(visit: Visit, id: str) -> None:
    visit.open(f"{PATH}#{id}")
    visit.page.reload()  # where only the part after # changed
    expect(visit.page.locator("#result")).to_be_visible()


def test_signed_out(visit: Visit) -> None:
    page = visit.open(PATH).page
    expect(page.get_by_text("Sign in to see your history.")).to_be_visible()
    expect(page.get_by_text(NOT_FOR_DIAGNOSIS)).to_be_visible()
    expect(page.locator("#signed-in")).to_be_hidden()
    expect_for_everyone(page)


def test_an_empty_history(visit: Visit) -> None:
    sign_up(visit, PATH)
    visit.page.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', {get: () => window.isOnline})")
    visit.page.route(re.compile("/api/v1/(predictions|measurements)"), lambda route: route.abort())
    visit.page.reload()
    expect(visit.page.locator("#placeholder")).to_contain_text("it appears here once there is a connection")
    for other in ("#offline", "#trouble"):
        expect(visit.page.locator(other)).to_be_hidden()
    visit.page.unroute_all()
    visit.page.evaluate("window.isOnline = true; dispatchEvent(new Event('online'))")
    expect(visit.page.locator("#trouble")).to_be_hidden()
    expect(visit.page.locator("#first-steps")).to_be_visible()
    expect(visit.page.locator("#first-steps")).to_contain_text("Nothing is saved yet.")
    expect_for_everyone(visit.page)


def test_a_record_is_found_changed_recomputed_and_deleted(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    first = saved(visit, small, subject="P-1", eye="left", taken_on="2026-01-05")
    second = saved(visit, small, subject="P-2", eye="right", taken_on="2026-03-01", note="blurred")
    page = visit.open(PATH).page
    names = page.locator("#list .item-name")
    expect(names).to_have_text(["P-2, right eye", "P-1, left eye"])

    filter_ = page.get_by_role("form", name="Filter")
    filter_.get_by_label("Subject label").fill("P-1")
    filter_.get_by_role("button", name="Filter").click()
    expect(names).to_have_text(["P-1, left eye"])
    filter_.get_by_label("From").fill("2026-02-01")
    filter_.get_by_role("button", name="Filter").click()
    expect(page.locator("#empty")).to_be_visible()
    expect(page.locator("#empty")).to_contain_text("No saved photograph matches this.")
    filter_.get_by_role("button", name="Clear").click()
    expect(names).to_have_count(2)

    page.locator("#list a").first.click()
    expect(page.locator("#result-title")).to_have_text("P-2, right eye, 1 Mar 2026")
    expect(page.locator("#list a").first).to_have_attribute("aria-current", "true")
    expect(page.locator("#facts .measurement")).to_contain_text("% of the field of view")
    page.keyboard.press("3")
    expect(page.locator("#stage")).to_have_attribute("data-view", "vessels")
    assert visit.seen().mean() > 5  # white on black
    page.get_by_role("button", name="More layers").click()
    page.get_by_label("Vessel segments").check()
    expect(page.locator("#segment-words")).to_contain_text("segments: click one.")
    page.get_by_role("button", name="Next segment").click()
    expect(page.locator("#segment-words")).to_contain_text(re.compile(r"^1 of \d+\. Vessel: length [\d.]+\spx, "))
    name, mask = visit.download(page.get_by_role("link", name="Vessel mask").click)
    assert name == "P-2-right-2026-03-01-vessels.png"
    assert Image.open(io.BytesIO(mask)).size == (353, 353)
    assert visit.download(page.get_by_role("button", name="Overlay (PNG)").click)[0].endswith("-overlay.png")
    expect_for_everyone(page)

    details = page.locator("#details")
    expect(details.get_by_label("Note")).to_have_value("blurred")
    details.get_by_label("Subject label").fill("P-3 <b>")
    details.get_by_label("Eye").select_option("unknown")
    details.get_by_label("Date taken").fill("")
    details.get_by_label("Note").fill("")
    details.get_by_role("button", name="Save changes").click()
    expect(page.locator("#details-status")).to_have_text("Saved.")
    expect(names.first).to_have_text("P-3 <b>, eye not known")
    record = httpx.get(f"{visit.address}/api/v1/predictions/{second}", headers=token(visit)).json()
    assert [record[name] for name in ("subject", "eye", "taken_on", "note")] == ["P-3 <b>", "unknown", None, None]

    page.get_by_role("button", name="Compute again with the current model").click()
    expect(page.locator("#details-status")).to_contain_text("Computed again by model unet")
    assert page.evaluate("document.querySelector('#layer-photograph').decode().then(() => true)")

    delete = page.get_by_role("button", name="Delete…")
    delete.click()
    page.get_by_role("button", name="Keep it").click()
    expect(delete).to_be_focused()
    assert is_stored(visit, second)
    delete.click()
    page.get_by_role("button", name="Delete it").click()
    expect(names).to_have_text(["P-1, left eye"])
    status = page.get_by_role("status").filter(has_text="The photograph was deleted. Deleted: 1 saved photograph")
    expect(status).to_have_count(1)
    expect(status).to_be_in_viewport(ratio=1)
    expect(page.locator("#list-title")).to_be_focused()
    expect(page.locator("#result")).to_be_hidden()
    assert not is_stored(visit, second)
    assert is_stored(visit, first)
    page.reload()
    expect(names).to_have_text(["P-1, left eye"])


def test_a_long_history_has_several_pages(visit: Visit, small: bytes) -> None:
    """The API's pages of fifty, here of two."""
    sign_up(visit)
    for number in range(3):
        saved(visit, small, subject=f"P-{number}", taken_on=f"2026-01-0{number + 1}")

    def of_two(route: Route) -> None:
        route.continue_(url=f"{route.request.url}&limit=2")

    visit.page.route("**/api/v1/predictions?*", of_two)
    page = visit.open(PATH).page
    expect(page.locator("#list a")).to_have_count(2)
    page.get_by_role("button", name="More").click()
    expect(page.locator("#list a")).to_have_count(3)
    expect(page.locator("#list a").last).to_be_focused()
    expect(page.get_by_role("button", name="More")).to_be_hidden()


def test_records_of_others_are_not_shown(visit: Visit) -> None:
    sign_up(visit)
    page = visit.open(f"{PATH}#{'0' * 32}").page
    expect(page.locator("#placeholder")).to_contain_text("no such")
    expect(page.locator("#result")).to_be_hidden()


def test_a_trend_breaks_where_values_are_not_comparable(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    for day in ("2025-01-10", "2025-07-10", "2026-01-10", "2026-07-10"):
        id = saved(visit, small, subject="P-1", eye="left", taken_on=day)
    saved(visit, small, subject="P-1", eye="right", taken_on="2026-07-10")

    def another_model(route: Route) -> None:
        answer: Any = route.fetch().json()
        points = answer["trends"][0]["points"]
        for number, value in enumerate([0.101, 0.112, 0.094, None]):
            points[number]["value"] = value
        points[2]["model_sha256"] = points[3]["model_sha256"] = "0" * 64
        route.fulfill(json=answer)

    open_record(visit, id)
    page = visit.page
    expect(page.locator("#trend-title")).to_have_text("Vascular density of P-1, left eye")
    expect(page.locator("#trend-rows a")).to_have_text(["10 Jan 2025", "10 Jul 2025", "10 Jan 2026", "10 Jul 2026"])
    expect(page.locator("#trend-chart polyline")).to_have_count(1)
    expect(page.locator("#trend-breaks")).to_be_hidden()
    expect(page.locator("#list-note")).to_be_visible()
    expect(page.locator("#list-note")).to_contain_text("can be compared")
    expect(page.locator("#tool-correct")).not_to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Compare with another visit").click()
    visits = page.get_by_label("Compare with another visit")
    expect(visits).to_be_focused()
    visit_before = visits.locator("option", has_text="10 Jul 2025").inner_text()
    density = visit_before.removeprefix("10 Jul 2025, ")
    assert re.fullmatch(r"\d+\.\d\s%", density)
    visits.select_option(label=visit_before)
    captions = page.locator("#pair figcaption")
    expect(captions).to_have_text([f"{day}: vascular density {density}" for day in ("10 Jul 2025", "10 Jul 2026")])
    assert page.locator("#pair img").first.evaluate("i => i.decode().then(() => i.naturalWidth)") == 353
    expect(page.locator(".pair-status")).to_contain_text("Aligned by their vessels: 100 %", timeout=120_000)
    page.get_by_role("radio", name="Difference").check()
    expect(page.locator(".pair-legend")).to_contain_text("100 % in both")
    # In one go, since the page may be scrolling.
    whole, legend, stage = page.evaluate(
        "parts => parts.map(part => document.querySelector(part).getBoundingClientRect().toJSON())", FRAME
    )
    assert whole["height"] <= 900
    assert legend["bottom"] <= stage["top"] < whole["bottom"]
    expect_for_everyone(page)  # which also asks for less motion
    page.get_by_role("radio", name="Flicker").check()
    expect(page.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "false")
    expect(captions.first).to_contain_text("10 Jul 2025")
    page.keyboard.press("x")
    expect(captions.first).to_contain_text("10 Jul 2026")
    stages = page.locator(".pair-stage")
    stages.first.press("+")
    page.get_by_role("radio", name="Side by side").check()
    places = [stages.nth(n).locator("img.own").evaluate("i => i.style.transform") for n in range(2)]
    numbers = [[float(each) for each in re.findall(r"-?[\d.]+", place)] for place in places]
    assert numbers[0] == pytest.approx(numbers[1], abs=2), "both are enlarged"
    expect_for_everyone(page)
    page.route("**/api/v1/trends?*", another_model)
    page.locator("#trend-rows a").first.click()
    expect(page.locator("#result-title")).to_have_text("P-1, left eye, 10 Jan 2025")
    expect(page.locator("#trend-breaks")).to_be_visible()
    expect(page.locator("#trend-rows tr.break")).to_contain_text("From here on: another model")
    line = page.locator("#trend-chart polyline")
    expect(line).to_have_count(1)
    assert len((line.get_attribute("points") or "").split()) == 2
    expect(page.locator("#trend-chart circle")).to_have_count(3)
    expect(page.locator("#trend-rows")).to_contain_text("not measurable")
    expect(page.get_by_role("img", name="3 values from 10 Jan 2025 to 10 Jan 2026")).to_be_visible()
    expect_for_everyone(page)


def test_a_small_change_is_said_to_be_chance(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    days = ("2025-01-10", "2025-07-10", "2026-01-10")
    ids = [saved(visit, small, subject="P-1", eye="left", taken_on=day) for day in days]
    values = dict(zip(ids, (0.1, 0.105, 0.12), strict=True))

    def known(route: Route) -> None:
        answer: Any = route.fetch().json()
        answer["measurements"][0]["repeatability"] = {"coefficient": 0.1, "relative": True, "photographs": 20}
        route.fulfill(json=answer)

    def trend(route: Route) -> None:
        answer: Any = route.fetch().json()
        for point in answer["trends"][0]["points"]:
            point["value"] = values[point["id"]]
        route.fulfill(json=answer)

    def record(route: Route) -> None:
        answer: Any = route.fetch().json()
        answer["measurements"]["vascular_density"] = values[answer["id"]]
        route.fulfill(json=answer)

    page = visit.page
    page.route("**/api/v1/measurements", known)
    page.route("**/api/v1/trends?*", trend)
    for id in ids:
        page.route(f"**/api/v1/predictions/{id}", record)
    open_record(visit, ids[1])
    changes = page.locator("#trend-rows td:nth-child(3)")
    expect(changes).to_have_text(["", "+0.5 percentage points (may be chance)", "+1.5 percentage points"])
    expect(page.locator("#trend-chance")).to_contain_text("Repeatability: 10 % of the value.")
    band, chart = page.locator("#trend-chart .chance"), page.locator("#trend-chart svg")
    expect(band).to_have_count(1)
    height = float(band.get_attribute("height") or 0)
    assert height < float(chart.get_attribute("height") or 0) / 2, "the axis shows two bands at least"
    visits = page.get_by_label("Compare with another visit")
    visits.select_option(value=ids[0])
    difference = page.locator("#pair-change")
    expect(difference).to_have_text(
        "Difference: +0.5 percentage points. Smaller than the repeatability of this measurement: may be chance."
    )
    expect_for_everyone(page)
    visits.select_option(value=ids[2])
    expect(difference).to_have_text("Difference: +1.5 percentage points.")


def test_a_visit_has_one_date_in_every_time_zone(visit: Visit, small: bytes) -> None:
    sign_up(visit, PATH)
    ids = [saved(visit, small, subject="P-1", eye="left") for _ in range(2)]
    now = datetime.now(UTC)
    # Where it is another day: early in the day still yesterday, later in the day already tomorrow.
    zone = "Pacific/Pago_Pago" if now.hour < 11 else "Pacific/Kiritimati"
    page = visit.page
    page.context.new_cdp_session(page).send("Emulation.setTimezoneOverride", {"timezoneId": zone})
    open_record(visit, ids[0])
    record = httpx.get(f"{visit.address}/api/v1/predictions/{ids[0]}", headers=token(visit)).json()
    day = datetime.fromisoformat(record["day"])
    shown = f"{day.day} {day:%b %Y}".replace("Sep", "Sept")
    assert page.evaluate("(day) => new Date().getDate() !== day", day.day), "the reader's own day is another one"
    expect(page.locator("#list .item-state").first).to_contain_text(shown)
    expect(page.locator("#result-title")).to_contain_text(shown)
    expect(page.locator("#computed")).to_contain_text(f"Saved {shown}")
    expect(page.locator("#trend-rows tr").first).to_contain_text(shown)
