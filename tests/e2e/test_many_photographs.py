"""Many photographs: a table of all, everything in one ZIP, stopped and tried again, and saved by their file names."""

import io
import re
import zipfile
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Route, expect

from e2e.everyone import expect_for_everyone
from e2e.person import sign_up
from e2e.visit import PREDICTIONS, Visit, resize
from support.tables import rows_of

NAMES = ("P1_OD_2026-05-04.jpg", "P1_OS_2026-05-04.jpg", "scan.jpg")


def test_table_archive_and_saving_all(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(viewport={"width": 1440, "height": 900})
    page = visit.page
    sign_up(visit)
    visit.choose(*((name, small) for name in NAMES), ("=notes.txt", b"no photograph"))
    for name in NAMES:
        visit.expect_state(name, "done")
    visit.expect_state("=notes.txt", "refused")

    page.get_by_role("button", name="Overview").click()
    rows = page.locator("#overview-rows tr")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text(NAMES[0])
    expect(rows.first).to_contain_text(re.compile(r"good|usable|poor"))
    expect(rows.first.locator("td").nth(3)).to_have_text(re.compile(r"^\d+\.\d\s%"))
    expect_for_everyone(page)
    page.get_by_role("button", name="Photograph", exact=True).press("Enter")
    expect(rows.first).to_contain_text("=notes.txt")
    page.get_by_role("button", name="Photograph", exact=True).press("Enter")
    expect(page.locator("#overview-heads th").first).to_have_attribute("aria-sort", "descending")
    expect(rows.first).to_contain_text("scan.jpg")
    page.get_by_label("File name contains").fill("os_")
    expect(rows).to_have_count(1)
    page.get_by_label("File name contains").fill("")
    page.get_by_label("Problems only").check()
    expect(page.locator("#overview-rows")).to_contain_text("=notes.txt")
    page.get_by_label("Problems only").uncheck()

    name, data = visit.download(page.get_by_role("button", name="Everything (ZIP)").click)
    assert name == "vessels.zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:2] == ["README.txt", "vessels.csv"]
        table = rows_of(archive.read("vessels.csv"))
        assert [row["file"] for row in table] == [*NAMES, "'=notes.txt"]
        for row in table[:3]:
            with Image.open(archive.open(row["vessels"])) as mask:
                assert (mask.mode, mask.size) == ("1", (353, 353))

    page.get_by_role("button", name="Save all…").click()
    dialog = page.locator("#save-all")
    expect(dialog.get_by_label("Pattern")).to_have_value("{subject}_{eye}_{date}")
    expect(dialog.get_by_role("row", name=NAMES[1])).to_contain_text("P1left4 May 2026")
    expect(dialog.get_by_role("row", name="scan.jpg")).to_contain_text("does not fit")
    expect_for_everyone(page)
    dialog.get_by_label("Pattern").fill("{name}")
    expect(dialog.get_by_role("alert")).to_contain_text("{name} is not known")
    dialog.get_by_label("Pattern").fill("{subject}_{eye}_{date}")
    expect(dialog.get_by_role("row", name=NAMES[1])).to_contain_text("4 May 2026none")
    dialog.get_by_label("Save the names of the files, too").check()
    expect(dialog.get_by_role("row", name=NAMES[1])).to_contain_text(f"4 May 2026{NAMES[1]}")
    held: list[Route] = []
    page.route(PREDICTIONS, lambda route: held.append(route), times=1)
    dialog.get_by_role("button", name="Save 2 photographs").click()
    expect(dialog.locator("#save-all-status")).to_have_text("Saving 1 of 2…")
    for control in ("Pattern", "Save the names of the files, too"):  # they would offer it again
        expect(dialog.get_by_label(control)).to_be_disabled()
    expect(dialog.locator("#save-all-start")).to_be_disabled()
    while not held:  # the page says so before it has sent anything
        page.wait_for_timeout(50)
    held[0].fulfill(status=413, json={"code": "photograph_too_large", "detail": "That one is too large."})
    expect(dialog.locator("#save-all-status")).to_contain_text("1 photograph saved. 1 photograph not saved")
    expect(dialog.get_by_role("row", name=NAMES[0])).to_contain_text("That one is too large.")
    dialog.get_by_role("button", name="Save 1 photograph", exact=True).click()
    expect(dialog.locator("#save-all-status")).to_have_text("1 photograph saved. Open your history")
    dialog.get_by_role("button", name="Close").click()
    for name in NAMES[:2]:
        expect(visit.item(name).locator(".item-state")).to_contain_text("saved")
    page.get_by_role("button", name=NAMES[0], exact=True).click()
    expect(page.locator("#result-title")).to_be_focused()
    page.get_by_role("link", name="See it in your history").click()
    expect(page.locator("#result-title")).to_have_text("P1, right eye, 4 May 2026")
    expect(page.locator("#list a")).to_have_count(2)


def test_once_all_are_saved_the_dialog_says_so_and_leads_to_them(visit: Visit, small: bytes) -> None:
    page = visit.page
    sign_up(visit)
    visit.choose(*((name, small) for name in NAMES[:2]))
    for name in NAMES[:2]:
        visit.expect_state(name, "done")
    page.locator("#save-all-open").click()
    dialog = page.locator("#save-all")
    dialog.get_by_role("button", name="Save 2 photographs").click()
    expect(dialog.locator("#save-all-status")).to_have_text("2 photographs saved. Open your history")
    for gone in ("table", "input", "#save-all-start", "p.note"):
        for each in dialog.locator(gone).all():
            expect(each).to_be_hidden()
    close = dialog.get_by_role("button", name="Close")
    expect(close).to_be_focused()
    expect_for_everyone(page)
    close.click()
    expect(dialog).to_be_hidden()

    visit.choose(*((f"P2_{name}", small) for name in ("left.jpg", "right.jpg")))
    for name in ("P2_left.jpg", "P2_right.jpg"):
        visit.expect_state(name, "done")
    page.locator("#save-all-open").click()
    for back in ("table", "#save-all-pattern", "#save-all-names", "#save-all-start"):
        expect(dialog.locator(back)).to_be_visible()
    expect(dialog.locator("#save-all-status")).to_be_empty()
    dialog.get_by_role("button", name="Save 2 photographs").click()
    dialog.get_by_role("link", name="Open your history").click()
    expect(page.locator("#list a")).to_have_count(4)


def test_what_is_waiting_can_be_stopped_and_tried_again(visit: Visit, small: bytes) -> None:
    held: list[Route] = []
    page = visit.open().page
    page.route(PREDICTIONS, lambda route: held.append(route))
    visit.choose(*((f"{i}.jpg", small) for i in range(4)))
    visit.expect_state("0.jpg", "segmenting")
    page.get_by_role("button", name="Stop").click()
    for i in range(4):
        expect(visit.expect_state(f"{i}.jpg", "refused").locator(".item-sentence")).to_contain_text("You stopped it")
    page.unroute(PREDICTIONS)
    page.get_by_role("button", name="Try all again").click()
    for i in range(4):
        visit.expect_state(f"{i}.jpg", "done")
    expect(page.get_by_role("button", name="Try all again")).to_be_hidden()

    resize(page, {"width": 390, "height": 844})  # the list is a sheet there
    page.get_by_role("button", name="List", exact=True).click()
    page.get_by_role("button", name="Overview").click()
    expect(page.locator("#overview-title")).to_be_focused()
    expect(page.locator("#overview-rows tr")).to_have_count(4)
    page.locator("#overview").get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="List", exact=True)).to_be_focused()


def test_bytes_are_counted_on_a_slow_line(visit: Visit, sample: bytes) -> None:
    visit.open()
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Network.enable")
    conditions = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 200_000}
    session.send("Network.emulateNetworkConditions", conditions)
    visit.choose(("large.jpg", sample + bytes(2 * 2**20)))
    expect(visit.item("large.jpg").locator(".item-state")).to_have_text(re.compile(r"^Sending \d.* of 2\.\d\sMiB…$"))
    session.send("Network.emulateNetworkConditions", conditions | {"uploadThroughput": -1})
    visit.expect_state("large.jpg", "done")
