"""Without a connection: the page opens, shows what this browser stores, and segments later what is added meanwhile."""

from collections.abc import Callable

from playwright.sync_api import expect

from e2e.everyone import expect_for_everyone
from e2e.stored import expect_stored
from e2e.visit import Visit

STORED = """async () => {
  const store = await caches.open('page');
  return (await store.keys()).map(({ url }) => new URL(url).pathname);
}"""
SENTENCE = "You are offline. What is on this page stays here."


def test_the_page_works_without_a_connection(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(service_workers="allow", viewport={"width": 1280, "height": 900})
    page = visit.open(whole=True).page
    visit.choose(("left.jpg", small))
    visit.expect_state("left.jpg", "done")
    page.wait_for_function(f"async () => (await ({STORED})()).length > 100")
    stored = page.evaluate(STORED)
    assert {"/", "/offline.html", "/js/pages/index.js", "/style.css", "/api/v1/measurements"} <= set(stored)
    own = {"/api/v1/limits", "/api/v1/measurements", "/api/v1/prices"}
    assert not [path for path in stored if path.startswith("/api/") and path not in own], "nothing of anybody is stored"

    page.context.set_offline(True)
    # Also while the worker's garbage is collected, with which Chromium aborts stored answers that it still reads.
    page.context.service_workers[0].evaluate("() => { setInterval(gc, 10); }")
    page.reload()
    expect(page.locator("#offline")).to_contain_text(SENTENCE)
    visit.expect_state("left.jpg", "done")  # from the browser's own store
    page.get_by_role("button", name="left.jpg").first.click()
    expect(page.locator(".figures").first).to_contain_text("%")
    visit.choose(("right.jpg", small))
    visit.expect_state("right.jpg", "refused")
    expect_stored(page, "right.jpg", state="refused")

    page.goto(visit.address + "/prices.html")  # never opened before
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(page.locator("#offline")).to_be_hidden()
    expect_for_everyone(page)
    page.get_by_role("link", name="Your photographs").click()
    visit.expect_state("left.jpg", "done")

    page.context.set_offline(False)
    visit.expect_state("right.jpg", "done")
    expect(page.locator("#offline")).to_be_hidden()


def test_the_page_can_be_installed(visits: Callable[..., Visit]) -> None:
    visit = visits()
    page = visit.open().page
    session = page.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"] == f"{visit.address}/manifest.webmanifest"
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in errors] == ["in-incognito"], "as the browser of all tests"
