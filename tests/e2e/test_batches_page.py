"""Batches on the page: choosing, sending over an unreliable network, watching, downloading, and resuming later."""

import io
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from PIL import Image
from playwright.sync_api import Route, expect

from e2e.batches import PATH, UPLOADS, choose, expect_finished, expect_state, start
from e2e.everyone import NOT_FOR_DIAGNOSIS, expect_for_everyone
from e2e.person import sign_up, token
from e2e.visit import Visit, settle
from retina.services import Services
from retina.settings import Settings
from support.tables import rows_of


def test_signed_out(visit: Visit) -> None:
    page = visit.open(PATH).page
    expect(page.get_by_text("Sign in to see your batches.")).to_be_visible()
    expect(page.get_by_text(NOT_FOR_DIAGNOSIS)).to_be_visible()
    expect_for_everyone(page)


def test_a_batch_is_sent_and_its_table_downloaded(visit: Visit, small: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "visit"
    (folder / "left").mkdir(parents=True)
    contents = {"10.jpg": small, "9.jpg": small, "left/a.jpg": small, "broken.jpg": small[: len(small) // 2]}
    contents |= {"empty.jpg": b"", "notes.txt": b"no photograph", ".DS_Store": b"litter", "Thumbs.db": b"litter"}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    sign_up(visit, PATH)
    page = visit.page
    expect(page.get_by_text("No batches yet.")).to_be_visible()
    expect(page.locator("#credits")).to_contain_text("You have 20 credits")
    expect_for_everyone(page)

    page.locator("#folder").set_input_files(folder)
    expect(page.locator("#chosen")).to_contain_text("6 photographs")
    expect(page.locator("#chosen")).to_contain_text("2 hidden files were left out")
    expect(page.locator("#lacking")).to_be_hidden()
    page.get_by_text("Options").click()
    page.get_by_label("Skeleton").check()
    page.get_by_label("Vessel mask").uncheck()
    page.get_by_label("Also measure at a lower and a higher threshold").check()
    expect_for_everyone(page)
    page.get_by_role("button", name="Start with 6 photographs").click()
    expect(page.locator("#batch-title")).to_be_focused()
    expect_finished(page)
    expect(page.locator("#counts li")).to_have_text(["3 done", "3 rejected"])
    expect(page.locator("#announcement")).to_have_text("6 of 6 finished: 3 done, 3 rejected, 0 failed.")
    expect(page.locator("#list .item-state")).to_have_text("6 photographs: 3 done, 3 rejected")
    expect(page.locator("#credits")).to_contain_text("You have 17 credits")
    names = ["9.jpg", "10.jpg", "broken.jpg", "empty.jpg", "left/a.jpg", "notes.txt"]
    expect(page.locator("#items th")).to_have_text([f"visit/{name}" for name in names])
    for name, reason in (("broken.jpg", "damaged"), ("empty.jpg", "empty"), ("notes.txt", "not an image")):
        expect(expect_state(page, f"visit/{name}", "rejected").locator(".found")).to_contain_text(reason)
    done = expect_state(page, "visit/left/a.jpg", "done")
    expect(done.locator(".found")).to_contain_text("vascular density")
    expect_for_everyone(page)

    done.get_by_role("button", name="See visit/left/a.jpg").click()
    picture = page.get_by_role("img", name="Overlay of visit/left/a.jpg")
    expect(picture).to_be_visible()
    assert picture.evaluate("i => i.decode().then(() => i.naturalWidth)") == 353
    expect_for_everyone(page)
    name, data = visit.download(page.get_by_role("button", name="Skeleton (PNG)").click)
    assert name == "a-skeleton.png"
    assert Image.open(io.BytesIO(data)).mode == "1"
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(done.get_by_role("button", name="See visit/left/a.jpg")).to_be_focused()

    name, data = visit.download(page.get_by_role("button", name="Table (CSV)").click)
    assert name == f"batch-{urlsplit(page.url).fragment[:8]}.csv"
    assert len(rows_of(data)) == 6
    page.get_by_text("Statistics of the measurements").click()
    expect(page.locator("#statistics-note")).to_contain_text("of 6 photographs have a result. With fewer than five")
    row = page.locator("#statistics-rows tr", has_text="Vascular density").first
    expect(row).to_contain_text("too few values")
    row.get_by_text("By grade").click()
    expect(row.get_by_role("listitem").first).to_contain_text("median")
    expect_for_everyone(page)
    name, data = visit.download(page.get_by_role("button", name="Measurements (CSV, long)").click)
    assert name == f"batch-{urlsplit(page.url).fragment[:8]}-measurements.csv"
    assert {row["measurement"] for row in rows_of(data) if row["status"] == "done"} > {"vascular_density", "tortuosity"}
    assert any(row["low"] and row["high"] for row in rows_of(data)), "intervals were asked for"
    page.get_by_role("button", name="Everything (ZIP)").click()
    ready = page.get_by_role("button", name="Download the ZIP")
    expect(ready).to_be_visible()
    assert "results.csv" in " ".join(zipfile.ZipFile(io.BytesIO(visit.download(ready.click)[1])).namelist())

    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("No batches yet.")).to_be_visible()
    status = page.get_by_role("status").filter(has_text="The batch was deleted. Deleted: 1 batch")
    expect(status).to_have_count(1)
    expect(status).to_be_in_viewport(ratio=1)
    expect(page.locator("#list-title")).to_be_focused()
    expect(page.locator("#batch")).to_be_hidden()


def test_a_folder_is_dropped(visit: Visit, small: bytes, tmp_path: Path) -> None:
    (tmp_path / "visit").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "visit" / name).write_bytes(small)
    sign_up(visit, PATH)
    visit.drop(tmp_path / "visit")
    expect(visit.page.locator("#chosen")).to_contain_text("2 photographs")
    choose(visit.page, (".DS_Store", b"litter"))
    expect(visit.page.locator("#new-trouble")).to_have_text("There are no photographs among the files you chose.")
    expect(visit.page.locator("#start")).to_be_disabled()


def test_a_batch_is_cancelled_retried_and_followed_from_another_page(visit: Visit, small: bytes) -> None:
    sign_up(visit, PATH)
    page = visit.page
    page.route(UPLOADS, lambda route: None)  # they stay on their way
    id = start(visit, ("a.jpg", small), ("b.jpg", small))
    expect_state(page, "a.jpg", "being sent")
    page.get_by_role("button", name="Cancel…").click()
    page.get_by_role("button", name="Cancel the batch").click()
    expect(page.locator("#batch-state")).to_have_text("Cancelled")
    expect(page.locator("#batch-title")).to_be_focused()  # the button is gone
    expect(page.locator("#counts li")).to_have_text(["2 failed"])
    expect_for_everyone(page)
    page.unroute(UPLOADS)
    page.get_by_role("button", name="Retry unfinished photographs").click()
    expect(page.locator("#batch-state")).to_have_text("Open")
    expect(page.locator("#resume")).to_contain_text("2 photographs have not been sent.")

    form = httpx.post(f"{visit.address}/api/v1/batches/{id}/upload", headers=token(visit)).json()
    for number in ("0", "1"):
        httpx.post(form["url"], data=form["fields"], files={"file": (number, small)}).raise_for_status()
    expect_finished(page)


def test_items_are_shown_a_hundred_at_a_time(visit: Visit, data: Path) -> None:
    sign_up(visit, "/account.html")
    page = visit.page
    expect(page.locator("#credits")).to_have_text("20")
    account = page.locator("#account-id").inner_text()
    Services(Settings(data=data)).credits.grant(account, 200, "for this test")
    visit.open(PATH)
    page.route(UPLOADS, lambda route: None)
    start(visit, *((f"{number}.jpg", b"x") for number in range(201)))
    expect(page.locator("#pager-place")).to_have_text("1 to 100 of 201")
    expect_for_everyone(page)
    held: list[Route] = []
    page.route("**/items?*cursor=*", lambda route: held.append(route))
    with page.expect_request("**/items?*cursor=*"):
        page.get_by_role("button", name="Next").dblclick()  # the second before the page is here
    settle(page)
    page.unroute("**/items?*cursor=*")
    for route in held:
        route.continue_()
    expect(page.locator("#pager-place")).to_have_text("101 to 200 of 201")
    page.get_by_role("button", name="Previous").click()
    expect(page.locator("#pager-place")).to_have_text("1 to 100 of 201")
    for place in ("101 to 200 of 201", "201 to 201 of 201"):
        page.get_by_role("button", name="Next").click()
        expect(page.locator("#pager-place")).to_have_text(place)
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    expect(page.locator("#items th")).to_have_text(["200.jpg"])
    page.get_by_role("button", name="Previous").click()
    expect(page.locator("#items th")).to_have_count(100)
