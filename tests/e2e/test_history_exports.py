"""Exporting the history as a ZIP file from the page."""

import io
import zipfile

import httpx
from playwright.sync_api import expect

from e2e.person import saved, sign_up, token
from e2e.visit import Visit

PATH = "/history.html"


def test_everything_as_a_zip_file(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    saved(visit, small, subject="P-1", eye="left")
    page = visit.open(PATH).page
    page.get_by_role("button", name="Export everything (ZIP)").click()
    ready = page.get_by_role("button", name="Download the ZIP")
    expect(ready).to_be_visible()
    name, data = visit.download(ready.click)
    assert name.endswith(".zip")
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert any(name.endswith(".csv") for name in names)
    assert len(names) > 2


def test_a_zip_file_removed_by_a_deletion_is_created_again(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    for subject in ("P-1", "P-2", "P-3"):
        saved(visit, small, subject=subject)
    page = visit.open(PATH).page
    begin = page.get_by_role("button", name="Export everything (ZIP)")
    ready = page.get_by_role("button", name="Download the ZIP")
    begin.click()
    expect(ready).to_be_visible()
    page.locator("#list a").first.click()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(begin).to_be_visible()
    expect(page.locator("#export-status")).to_be_hidden()

    begin.click()
    expect(ready).to_be_visible()
    elsewhere = httpx.get(f"{visit.address}/api/v1/predictions", headers=token(visit)).json()["predictions"][0]["id"]
    httpx.delete(f"{visit.address}/api/v1/predictions/{elsewhere}", headers=token(visit)).raise_for_status()
    ready.click()
    expect(page.locator("#export-status")).to_contain_text("does not exist, or no longer does")
    begin.click()
    expect(ready).to_be_visible()
