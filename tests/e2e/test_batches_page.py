"""Batches: files and folders chosen, sent whatever the network does, watched, taken away, and gone on with later."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from e2e.everyone import NOT_FOR_DIAGNOSIS, expect_for_everyone
from e2e.person import sign_up, token
from e2e.visit import Visit
from retina.imaging.arrays import Rgb
from retina.services import Services
from retina.settings import Settings
from support.specimens import encode

PATH = "/batches.html"
UPLOADS = "**/uploads"


@pytest.fixture(scope="module")
def small(small_rgb: Rgb) -> bytes:
    return encode(Image.fromarray(small_rgb), "JPEG", quality=92)


def choose(page: Page, *photographs: tuple[str, bytes], field: str = "#files") -> None:
    files = [{"name": name, "mimeType": "", "buffer": data} for name, data in photographs]
    page.locator(field).set_input_files(files)  # type: ignore[arg-type]


def start(visit: Visit, *photographs: tuple[str, bytes]) -> str:
    """A new batch of these; its id."""
    choose(visit.page, *photographs)
    visit.page.locator("#start").click()
    expect(visit.page.locator("#batch")).to_be_visible()
    return urlsplit(visit.page.url).fragment


def row(page: Page, name: str) -> Locator:
    return page.locator("#items tr").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def expect_state(page: Page, name: str, state: str) -> Locator:
    expect(row(page, name).locator(".badge")).to_have_text(state)
    return row(page, name)


def expect_finished(page: Page) -> None:
    expect(page.locator("#batch-state")).to_have_text("Finished")


def test_signed_out(visit: Visit) -> None:
    page = visit.open(PATH).page
    expect(page.get_by_text("Sign in to see your batches.")).to_be_visible()
    expect(page.get_by_text(NOT_FOR_DIAGNOSIS)).to_be_visible()
    expect_for_everyone(page)


def test_a_batch_from_the_files_to_the_table(visit: Visit, small: bytes, tmp_path: Path) -> None:
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
    assert len(list(csv.DictReader(io.StringIO(data.decode())))) == 6
    page.get_by_role("button", name="Everything (ZIP)").click()
    ready = page.get_by_role("button", name="Download the ZIP")
    expect(ready).to_be_visible()
    assert "results.csv" in " ".join(zipfile.ZipFile(io.BytesIO(visit.download(ready.click)[1])).namelist())

    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("No batches yet.")).to_be_visible()
    told = page.get_by_role("status").filter(has_text="The batch was deleted. Deleted: 1 batch")
    expect(told).to_have_count(1)
    expect(told).to_be_in_viewport(ratio=1)
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


def test_whatever_the_network_does(visit: Visit, small: bytes) -> None:
    """Expired forms are renewed once for all, lost connections and busy servers are waited for."""
    sign_up(visit, PATH)
    trouble = [expired, expired, unplugged, busy]
    renewals: list[str] = []
    visit.page.on("request", lambda r: renewals.append(r.url) if r.url.endswith("/upload") else None)
    visit.page.route(UPLOADS, lambda route: trouble.pop(0)(route) if trouble else route.continue_())
    start(visit, *((f"{i}.jpg", small) for i in range(5)))
    expect_finished(visit.page)
    expect(visit.page.locator("#counts li")).to_have_text(["5 done"])
    assert len(renewals) == 1


def expired(route: Route) -> None:
    route.fulfill(status=403, json={"code": "upload_refused", "detail": "The form has expired."})


def unplugged(route: Route) -> None:
    route.abort()


def busy(route: Route) -> None:
    route.fulfill(status=503, body="")


def test_what_is_never_taken_is_said(visit: Visit, small: bytes) -> None:
    sign_up(visit, PATH)
    visit.page.route(UPLOADS, expired)
    start(visit, ("a.jpg", small))
    expect(expect_state(visit.page, "a.jpg", "not sent").locator(".found")).to_have_text("The form has expired.")
    expect(visit.page.locator("#sending")).to_contain_text("1 could not be sent")
    expect(visit.page.locator("#resume")).to_be_visible()
    expect_for_everyone(visit.page)
    visit.page.unroute(UPLOADS)
    choose(visit.page, ("a.jpg", small), field="#resume-files")
    expect_finished(visit.page)


def test_gone_on_with_after_the_page_was_closed(visits: Callable[..., Visit], small: bytes, tmp_path: Path) -> None:
    first = visits()
    folder = tmp_path / "visit"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.jpg").write_bytes(small + bytes(number))  # of six sizes
    sign_up(first, PATH)
    sent: list[Route] = []

    def only_the_first(route: Route) -> None:
        sent.append(route)
        if len(sent) == 1:
            route.continue_()

    first.page.route(UPLOADS, only_the_first)
    first.page.locator("#folder").set_input_files(folder)
    first.page.locator("#start").click()
    expect_state(first.page, "visit/0.jpg", "done")
    expect(first.page.locator("#sending")).to_contain_text("Sending: 1 of 6.")
    expect(first.page.locator("#resume")).to_be_hidden()
    second = Visit(first.page.context.new_page(), first.address)
    page = second.open(urlsplit(first.page.url)._replace(scheme="", netloc="").geturl()).page
    expect(page.locator("#batch")).to_be_visible()
    first.page.close()

    expect(page.locator("#resume")).to_contain_text("5 photographs have not been sent.")
    expect_for_everyone(page)
    choose(page, ("1.jpg", small), field="#resume-files")  # of another size
    expect(page.locator("#batch-trouble")).to_contain_text("None of these files is one that is missing")
    page.locator("#resume-files").set_input_files(sorted(folder.iterdir()))  # without their folder
    expect_finished(page)
    expect(page.locator("#counts li")).to_have_text(["6 done"])
    assert second.complaints == []


def test_cancelled_retried_and_watched_from_elsewhere(visit: Visit, small: bytes) -> None:
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
    page.get_by_role("button", name="Retry what failed").click()
    expect(page.locator("#batch-state")).to_have_text("Open")
    expect(page.locator("#resume")).to_contain_text("2 photographs have not been sent.")

    form = httpx.post(f"{visit.address}/api/v1/batches/{id}/upload", headers=token(visit)).json()
    for number in ("0", "1"):
        httpx.post(form["url"], data=form["fields"], files={"file": (number, small)}).raise_for_status()
    expect_finished(page)


def test_whoever_signs_out_sends_no_more(visits: Callable[..., Visit], small: bytes) -> None:
    first = visits()
    sign_up(first, PATH)
    first.page.route(UPLOADS, lambda route: None)
    start(first, ("a.jpg", small))
    second = Visit(first.page.context.new_page(), first.address).open()
    second.page.get_by_role("button", name="Sign out").click()
    expect(first.page.get_by_text("Sign in to see your batches.")).to_be_visible()
    expect(first.page.locator("#signed-in")).to_have_count(0)
    first.page.reload()  # nothing holds it back
    expect(first.page.get_by_text("Sign in to see your batches.")).to_be_visible()


def test_it_is_not_asked_for_while_nobody_looks(visit: Visit, small: bytes) -> None:
    sign_up(visit, PATH)
    page = visit.page
    page.route(UPLOADS, lambda route: None)
    id = start(visit, ("a.jpg", small))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(id) else None)
    hide = "h => { Object.defineProperty(document, 'hidden', {value: h, configurable: true});" + (
        "document.dispatchEvent(new Event('visibilitychange')); }"
    )
    page.evaluate(hide, True)
    page.wait_for_timeout(500)  # for what was on its way
    before = len(asked)
    page.wait_for_timeout(4500)
    assert len(asked) == before
    page.evaluate(hide, False)
    page.wait_for_timeout(500)
    assert len(asked) == before + 1


def test_more_photographs_than_credits_are_not_sent(visit: Visit, small: bytes) -> None:
    sign_up(visit, PATH)
    page = visit.page
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    choose(page, *((f"{number}.jpg", small) for number in range(50)))
    sentence = (
        "You chose 50 photographs and have 20 credits: choose 30 fewer, or get more credits. Nothing has been sent."
    )
    expect(page.locator("#lacking")).to_have_text(sentence)
    expect(page.locator("#announcement")).to_contain_text(sentence)
    expect(page.locator("#start")).to_be_disabled()
    expect_for_everyone(page)
    assert sent == []
    choose(page, *((f"{number}.jpg", small) for number in range(2)))
    expect(page.locator("#lacking")).to_be_hidden()
    page.route(UPLOADS, lambda route: None)
    page.locator("#start").click()
    expect(page.locator("#credits")).to_contain_text("You have 18 credits")
    expect(page.locator("#credits")).to_contain_text("Another 2 credits are reserved for open batches")
    choose(page, *((f"{number}.jpg", small) for number in range(19)))
    expect(page.locator("#lacking")).to_contain_text("choose 1 fewer")


def test_hundreds_are_shown_a_hundred_at_a_time(visit: Visit, data: Path) -> None:
    sign_up(visit, "/account.html")
    page = visit.page
    expect(page.locator("#credits")).to_have_text("20")
    account = page.locator("#number").inner_text()
    Services(Settings(data=data)).credits.grant(account, 200, "for this test")
    visit.open(PATH)
    page.route(UPLOADS, lambda route: None)
    start(visit, *((f"{number}.jpg", b"x") for number in range(201)))
    expect(page.locator("#pager-place")).to_have_text("1 to 100 of 201")
    expect_for_everyone(page)
    for place in ("101 to 200 of 201", "201 to 201 of 201"):
        page.get_by_role("button", name="Later").click()
        expect(page.locator("#pager-place")).to_have_text(place)
    expect(page.get_by_role("button", name="Later")).to_be_disabled()
    expect(page.locator("#items th")).to_have_text(["200.jpg"])
    page.get_by_role("button", name="Earlier").click()
    expect(page.locator("#items th")).to_have_count(100)
