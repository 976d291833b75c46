"""What a first visit loads before a photograph is added, and what it loads later."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from e2e.person import masthead
from e2e.stored import counts, expect_stored
from e2e.visit import Holding, Visit
from support.preloads import SITE, entries, wanted

FIRST_VIEW = {"en-GB": 60_000, "de-DE": 68_000}
"""Bytes with headers, compressed: a third of a second at 1.6 Mbit/s. A translation takes a file and a module more."""
SAVING_DATA = "Object.defineProperty(Navigator.prototype, 'connection', {value: {saveData: true}, configurable: true})"


def received(visit: Visit) -> dict[str, int]:
    """Bytes by path, headers included, as they arrive from here on."""
    session = visit.page.context.new_cdp_session(visit.page)
    paths: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def asked(event: dict[str, Any]) -> None:
        paths[event["requestId"]] = event["request"]["url"].removeprefix(visit.address)

    def ended(event: dict[str, Any]) -> None:
        sizes[paths[event["requestId"]]] = int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", ended)
    return sizes


@pytest.mark.parametrize("locale", FIRST_VIEW)
def test_the_first_view_is_light_and_the_rest_comes_when_it_is_needed(
    visits: Callable[..., Visit], locale: str
) -> None:
    visit = visits(service_workers="allow", locale=locale)
    visit.page.add_init_script(SAVING_DATA)
    sizes = received(visit)
    visit.open()
    expect(visit.page.locator("#limits")).to_contain_text("50 MiB")
    visit.page.wait_for_load_state("networkidle")
    visit.page.wait_for_timeout(1000)  # nothing comes by itself
    assert {"/style.css", "/js/pages/start.js", "/samples/retina-small.webp"} < set(sizes)
    start = SITE / "index.html"
    modules = {f"/{module}" for module in (*entries(start), *wanted(start))}
    modules |= {"/js/ui/translate-page.js"} if locale != "en-GB" else set()
    assert {path for path in sizes if path.endswith(".js") and path != "/service-worker.js"} == modules
    assert not any(path.startswith(("/js/viewer/", "/js/report/", "/viewer.css")) for path in sizes)
    assert 20_000 < sum(sizes.values()) < FIRST_VIEW[locale], sizes
    visit.page.locator("#sample").click()
    visit.expect_state("retina.jpg", "done")
    assert {"/js/viewer/viewer.js", "/report.css"} < set(sizes)
    assert ("/languages/de.json" in sizes) == (locale == "de-DE"), "the other texts"


def test_the_rest_is_loaded_once_the_browser_is_idle(visit: Visit) -> None:
    visit.open()
    expect(visit.page.locator("#workspace[data-ready]")).to_be_attached()
    for sheet in ("viewer", "tools", "report"):
        assert visit.page.locator(f'link[href="/{sheet}.css"]:not([disabled])').count() == 1


def test_a_page_that_cannot_be_completed_says_so(visits: Callable[..., Visit]) -> None:
    visit = visits()
    visit.page.add_init_script(SAVING_DATA)
    visit.page.route("**/viewer.css", lambda route: route.abort())
    visit.open().choose(("a.jpg", b"x"))
    expect(visit.page.locator("#loading-trouble")).to_contain_text("Check your connection, reload the page")
    visit.page.unroute("**/viewer.css")
    visit.choose(("b.jpg", b"x"))  # or just add another one: both are there
    for name in ("a.jpg", "b.jpg"):
        visit.expect_state(name, "refused")
    expect(visit.page.locator(".item")).to_have_count(2)
    rules = "[...document.querySelectorAll('link[rel=stylesheet]')].map(({ sheet }) => sheet.cssRules.length)"
    assert min(visit.page.evaluate(rules)) > 0, "the stylesheet that had failed is in use"


def test_what_waits_for_the_rest_of_the_page_is_stored_and_until_then_not_left_without_a_question(
    visit: Visit, small: bytes
) -> None:
    page, asked = visit.page, list[str]()
    storage, rest = Holding(), Holding()

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.route("**/js/storage/early.js", storage)
    page.route("**/js/pages/index.js", rest)
    with page.expect_request("**/js/storage/early.js"):
        visit.open().choose(("a.jpg", small), ("b.jpg", small))
    expect(page.locator("#loading")).to_have_text("Loading the viewer…")
    with page.expect_event("dialog"):
        masthead(page).get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{visit.address}/")

    storage.on = False
    storage.held[0].continue_()
    for name in ("a.jpg", "b.jpg"):
        expect_stored(page, name, state="waiting")
    with page.expect_request("**/js/pages/index.js"):
        page.reload()  # while the rest of the page is still to come
    assert asked == ["beforeunload"], "nothing would be lost any more"
    visit.choose(("c.jpg", small))
    expect_stored(page, "c.jpg", state="waiting")
    rest.on = False
    rest.held[-1].continue_()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        visit.expect_state(name, "done")
    expect(page.locator(".item-name")).to_have_text(["a.jpg", "b.jpg", "c.jpg"])
    page.reload()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        visit.expect_state(name, "done")
    assert asked == ["beforeunload"]


def test_nothing_is_stored_early_where_it_is_not_wanted(visit: Visit, small: bytes) -> None:
    page, rest = visit.page, Holding()
    page.add_init_script("localStorage.setItem('retina.store-photographs', 'off')")
    page.route("**/js/pages/index.js", rest)
    with page.expect_request("**/js/pages/index.js"):
        visit.open().choose(("a.jpg", small))
    while not rest.held:
        page.wait_for_timeout(50)
    rest.held[0].continue_()
    visit.expect_state("a.jpg", "done")
    assert counts(page) == [0, 0, 0]
