"""A user with an account who signs in through the real form in a real browser.

Turns a visit into a signed-in visit. Asserts nothing about what the page does afterwards.
"""

import secrets
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from e2e.visit import Visit

ACCOUNT = "/account.html"
PASSWORD = "correct horse battery"
TOKENS = "JSON.parse(sessionStorage.getItem('retina.session'))"
"""The tokens of the tab, in JavaScript."""


def new_address() -> str:
    return f"{secrets.token_hex(6)}@example.org"


def fill_in(visit: Visit, address: str, password: str = PASSWORD, button: str = "Create account") -> None:
    """The issuer's form, which the browser has to be at."""
    visit.page.get_by_label("Email address").fill(address)
    visit.page.get_by_label("Password").fill(password)
    visit.page.get_by_role("button", name=button).click()


def sign_up(visit: Visit, path: str = "/") -> str:
    """Make an account from the page at `path`, which is where it ends; the email address."""
    address = new_address()
    visit.open(path).page.locator(".masthead").get_by_role("button", name="Sign in").click()
    fill_in(visit, address)
    expect(visit.page).to_have_url(visit.address + path)
    expect(visit.page.locator(".who-mail")).to_have_text(address)
    if path != "/":
        expect(visit.page.locator("#signed-in")).to_be_visible()
    return address


def make_key(visit: Visit, name: str) -> str:
    """Make an API key on the account page; the key."""
    visit.page.get_by_label("Name of the new key").fill(name)
    visit.page.get_by_role("button", name="Create key").click()
    expect(visit.page.locator("#keys li", has_text=name)).to_be_visible()
    return visit.page.get_by_label("The new API key").input_value()


def token(visit: Visit) -> dict[str, str]:
    """The header of whoever is signed in there, for requests beside the page."""
    held = visit.page.evaluate("JSON.parse(sessionStorage.getItem('retina.session'))")
    return {"Authorization": f"Bearer {held['access']}"}


def saved(visit: Visit, photograph: bytes, **said: str) -> str:
    """Saved by the API; the record's id."""
    answer = httpx.post(
        f"{visit.address}/api/v1/predictions",
        files={"file": photograph},
        data={"save": "true", "outputs": "preview", **said},
        headers=token(visit),
        timeout=30,
    )
    return str(answer.raise_for_status().json()["id"])


def masthead(page: Page) -> Any:
    return page.locator(".masthead")


def expect_signed_out(page: Page) -> None:
    expect(masthead(page).get_by_role("button", name="Sign in")).to_be_visible()
    expect(masthead(page).get_by_role("link", name="History")).to_be_hidden()
