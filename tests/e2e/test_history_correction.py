"""A saved photograph is corrected in the history: brushed, saved, found again, changed on two devices, and deleted."""

import httpx
import numpy as np
from playwright.sync_api import Page, Request, expect

from e2e.correcting import begin, density, expect_headline, kinds, mask, stroke
from e2e.everyone import expect_for_everyone
from e2e.person import saved, sign_up, token
from e2e.visit import Visit
from support.corrections import files_of

CORRECTIONS = "**/api/v1/predictions/*/correction"
SAVED = "The correction is saved."
NOT_SAVED = "The correction is not saved yet."


def open_record(page: Page, address: str, id: str) -> None:
    page.goto(f"{address}/history.html#{id}")
    expect(page.locator("#result")).to_be_visible()


def paint(page: Page, y: float) -> float:
    """A stroke across the photograph at a height from 0 to 1; returns the density, in per cent."""
    begin(page)
    page.get_by_label("Size").fill("15")
    stroke(page, (0.4, y), (0.7, y))
    painted = density(page)
    page.locator("#correct-done").click()
    expect(page.locator("#correct")).to_be_hidden()
    expect(page.locator("#correction-words")).to_have_text(NOT_SAVED)
    return painted


def test_a_saved_photograph_is_corrected_where_it_is(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    id = saved(visit, small, subject="P-1", eye="left", taken_on="2026-03-01")
    other = saved(visit, small, subject="P-1", eye="left", taken_on="2026-01-05")
    page, headers = visit.page, token(visit)
    where = f"{visit.address}/api/v1/predictions/{id}"
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    open_record(page, visit.address, id)
    expect(page.locator("#trend")).to_be_visible()
    late = ("saving-correction.js", "correct-tool.js", "painting.js", "strokes.js")
    assert not any(request.url.endswith(late) for request in asked), "the tool is loaded when it is needed"
    page.route("**/strokes.js", lambda route: route.abort())
    page.locator("#tool-correct").click()
    expect(page.locator("#readout")).to_contain_text("could not be loaded")
    page.unroute("**/strokes.js")
    page.reload()
    expect(page.locator("#result")).to_be_visible()
    _, found = mask(visit)

    # the brush; the figure that follows, and what is not saved yet
    painted = paint(page, 0.6)
    expect_headline(page, painted)
    expect(page.locator("#corrected-words")).to_contain_text("measured when the correction is saved")
    expect(page.locator("#correction-saving")).to_contain_text("trend of this eye stays that of the model’s vessels")
    expect_for_everyone(page)
    begin(page)
    page.get_by_role("button", name="Discard", exact=True).click()
    page.locator("#correct-done").click()
    expect(page.locator("#correction-saving")).to_be_hidden()
    np.testing.assert_array_equal(mask(visit)[1], found)
    assert paint(page, 0.6) == painted
    _, corrected = mask(visit)

    # leaving asks
    page.locator("#list a").last.click()
    page.get_by_role("button", name="Stay here").click()
    expect(page).to_have_url(f"{visit.address}/history.html#{id}")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Stay here").click()
    expect(page.locator("#correction-words")).to_have_text(NOT_SAVED)
    page.on("dialog", lambda dialog: dialog.dismiss())
    assert page.evaluate("!dispatchEvent(new Event('beforeunload', {cancelable: true}))"), "the browser asks"

    # a line that fails keeps the strokes; the request that is sent again is the same one
    page.route(CORRECTIONS, lambda route: (route.fetch(), route.abort())[1])
    save = page.get_by_role("button", name="Save the correction")
    save.click()
    expect(page.locator("#correction-trouble")).to_contain_text("cannot be reached")
    expect(page.locator("#correction-trouble")).to_contain_text("Your correction is still here, and not saved yet.")
    page.unroute(CORRECTIONS)
    save.click()
    expect(page.locator("#correction-words")).to_have_text(SAVED)
    expect(page.locator("#match")).to_have_text("Corrected by you")
    expect(page.locator("#corrected-words")).to_have_text("The figures are those of the corrected vessels.")
    expect_headline(page, painted)
    expect(page.locator("#list a[aria-current] .item-state").first).to_contain_text(", corrected")
    expect(page.get_by_role("button", name="Delete the correction…")).to_be_visible()
    expect_for_everyone(page)
    sent = [request for request in asked if request.method == "PUT"]
    assert len({request.headers["idempotency-key"] for request in sent}) == 1 < len(sent)
    assert {request.headers["if-none-match"] for request in sent} == {"*"}
    np.testing.assert_array_equal(mask(visit)[1], corrected)
    page.get_by_role("button", name="Report").click()
    report = page.get_by_role("main", name="P-1, left eye, 1 Mar 2026")
    expect(report).to_contain_text("The figures are those of the corrected vessels.")
    page.get_by_role("button", name="Close").click()

    # it is still there later, and where the next one begins
    page.reload()
    expect(page.locator("#match")).to_have_text("Corrected by you")
    np.testing.assert_array_equal(mask(visit)[1], corrected)
    begin(page)
    assert density(page) == painted
    expect(page.get_by_role("button", name="Discard", exact=True)).to_be_disabled()
    page.keyboard.press("Escape")

    # another device saves meanwhile: nothing is replaced unseen, and nothing here is lost
    elsewhere = np.roll(corrected, 9, axis=0)
    answer = httpx.put(f"{where}/correction", files=files_of(elsewhere), headers=headers, timeout=60)
    tag = answer.raise_for_status().json()["correction"]["etag"]
    mine = paint(page, 0.4)
    save.click()
    trouble = page.locator("#correction-trouble")
    expect(trouble).to_contain_text("elsewhere meanwhile")
    assert httpx.get(where, headers=headers).json()["correction"]["etag"] == tag
    expect_headline(page, mine)
    expect_for_everyone(page)
    page.get_by_role("button", name="Load what is saved…").click()
    page.get_by_role("button", name="Keep mine").click()
    expect(trouble).to_contain_text("What you drew here is kept")
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("#correction-words")).to_have_text(SAVED)
    expect_headline(page, mine)

    httpx.put(f"{where}/correction", files=files_of(corrected), headers=headers, timeout=60).raise_for_status()
    paint(page, 0.3)
    save.click()
    page.get_by_role("button", name="Load what is saved…").click()
    page.get_by_role("button", name="Load it").click()
    expect(page.locator("#correction-saving")).to_be_hidden()
    expect_headline(page, painted)
    paint(page, 0.3)
    page.get_by_role("button", name="Discard the changes…").click()
    page.get_by_role("button", name="Discard them").click()
    expect(page.locator("#correction-saving")).to_be_hidden()
    np.testing.assert_array_equal(mask(visit)[1], corrected)

    # it is deleted as it was seen, and not as it is by now
    httpx.put(f"{where}/correction", files=files_of(elsewhere), headers=headers, timeout=60).raise_for_status()
    delete = page.get_by_role("button", name="Delete the correction…")
    delete.click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("#details-trouble")).to_contain_text("was not deleted. The newer one is shown now.")
    delete.click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("#details-status")).to_contain_text("1 correction")
    expect(page.locator("#match")).not_to_have_text("Corrected by you")
    np.testing.assert_array_equal(mask(visit)[1], found)
    points = httpx.get(f"{visit.address}/api/v1/trends?subject=P-1&eye=left", headers=headers).json()["trends"][0]
    assert len({point["value"] for point in points["points"]}) == 1, "the trend was never that of a person"
    assert other in {point["id"] for point in points["points"]}


def test_a_saved_vessel_segment_is_relabelled_where_it_is(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    id = saved(visit, small, outputs="mask,artery_vein")
    page = visit.page
    open_record(page, visit.address, id)
    page.get_by_role("button", name="More layers").click()
    page.get_by_label("Arteries and veins").check()
    page.get_by_label("Field of view").check()
    expect(page.locator("#layer-field")).to_be_visible()
    page.get_by_label("Vessel segments").check()
    expect(page.locator("#segment-words")).to_contain_text("segments: click one.")
    page.get_by_role("button", name="Next segment").click()
    label = page.locator("#relabel")
    other = label.locator("button[aria-pressed=false]").first
    other.click()
    expect(page.locator("#correction-words")).to_have_text(NOT_SAVED)
    page.locator("#relabel-undo").click()
    expect(page.locator("#correction-saving")).to_be_hidden()
    expect(page.locator("#match")).not_to_have_text("Corrected by you")
    label.locator("button[aria-pressed=false]").first.click()
    expect(page.locator("#correction-words")).to_have_text(NOT_SAVED)
    relabelled = kinds(visit)
    page.get_by_role("button", name="Save the correction").click()
    expect(page.locator("#correction-words")).to_have_text(SAVED)
    np.testing.assert_array_equal(kinds(visit), relabelled)

    # whoever then paints keeps what was said of arteries and veins; segments follow when it is saved
    paint(page, 0.6)
    expect(page.locator("#marks-trouble")).to_contain_text("Save the correction to see its segments.")
    painted = kinds(visit)
    assert (painted != relabelled).any()
    page.get_by_role("button", name="Save the correction").click()
    expect(page.locator("#correction-words")).to_have_text(SAVED)
    np.testing.assert_array_equal(kinds(visit), painted)
    expect(page.locator("#segment-words")).to_contain_text("segments: click one.")
    correction = httpx.get(f"{visit.address}/api/v1/predictions/{id}", headers=token(visit)).json()["correction"]
    assert correction["kinds"]
