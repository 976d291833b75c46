"""Batches on the page: choosing files, starting a batch and reading what the page shows."""

from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from e2e.visit import Visit

PATH = "/batches.html"


UPLOADS = "**/uploads"


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
