"""Passwords and sessions on the page: changing, forgetting, signing out everywhere."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Route, expect

from conftest import ROOT
from e2e.everyone import expect_for_everyone
from e2e.person import ACCOUNT, PASSWORD, fill_in, sign_up
from e2e.visit import Visit


def test_the_password_is_changed(visits: Callable[..., Visit]) -> None:
    first, elsewhere, changed = visits(), visits(), "another secret one"
    address = sign_up(first, ACCOUNT)
    elsewhere.open().page.locator(".masthead").get_by_role("button", name="Sign in").click()
    fill_in(elsewhere, address, PASSWORD, "Sign in")
    expect(elsewhere.page.locator(".who-mail")).to_have_text(address)
    page = first.page

    def change(current: str, new: str) -> None:
        page.get_by_label("Current password").fill(current)
        page.get_by_label("New password").fill(new)
        page.get_by_role("button", name="Change the password").click()

    change("wrong password", changed)
    expect(page.locator("#sign-ins-trouble")).to_have_text("The current password is wrong.")
    change(PASSWORD, "password1234")
    expect(page.locator("#sign-ins-trouble")).to_contain_text("too easy to guess")
    expect_for_everyone(page)
    change(PASSWORD, changed)
    status = page.get_by_role("status").filter(has_text="The password was changed. All other sign-ins have ended.")
    expect(status).to_have_count(1)
    expect(status).to_be_in_viewport(ratio=1)
    expect(page.locator("#sign-ins-trouble")).to_be_hidden()
    expect(page.get_by_label("Current password")).to_have_value("")
    expect(page.get_by_label("Current password")).to_be_focused()
    page.reload()
    expect(page.locator("#credits")).to_have_text("20")
    elsewhere.open(ACCOUNT)
    expect(elsewhere.page.get_by_text("Sign in to see your account.")).to_be_visible()
    elsewhere.page.locator(".masthead").get_by_role("button", name="Sign in").click()
    fill_in(elsewhere, address, PASSWORD, "Sign in")
    expect(elsewhere.page.get_by_role("alert")).to_contain_text("wrong")
    fill_in(elsewhere, address, changed, "Sign in")
    expect(elsewhere.page.locator(".who-mail")).to_have_text(address)


def test_signing_out_everywhere(visits: Callable[..., Visit]) -> None:
    first, elsewhere = visits(), visits()
    address = sign_up(first, ACCOUNT)
    elsewhere.open(ACCOUNT).page.locator(".masthead").get_by_role("button", name="Sign in").click()
    fill_in(elsewhere, address, PASSWORD, "Sign in")
    expect(elsewhere.page.locator("#credits")).to_have_text("20")
    page = first.page
    page.get_by_role("button", name="Sign out everywhere…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_for_everyone(page)
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("button", name="Sign out everywhere…")).to_be_visible()
    page.get_by_role("button", name="Sign out everywhere…").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    expect(page).to_have_url(f"{first.address}/")
    expect(page.locator(".masthead").get_by_role("button", name="Sign in")).to_be_visible()
    elsewhere.page.reload()
    expect(elsewhere.page.get_by_text("Sign in to see your account.")).to_be_visible()


def test_passwords_may_be_changed_on_the_sign_in_page(visit: Visit) -> None:
    def cognito(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"changes_passwords": False})

    visit.page.route("**/api/v1/sign-in", cognito)
    sign_up(visit, ACCOUNT)
    expect(visit.page.get_by_text("Passwords are changed on the sign-in page")).to_be_visible()
    expect(visit.page.get_by_label("Current password")).to_be_hidden()
    expect(visit.page.get_by_role("button", name="Sign out everywhere…")).to_be_visible()


def test_a_forgotten_password_is_reset(visits: Callable[..., Visit], data: Path) -> None:
    visit = visits()
    address = sign_up(visit)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "function"), "RETINA_DATA": str(data)}
    command = [sys.executable, "-m", "retina", "account", "reset", address, "--url", visit.address]
    link = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split("\n")[0]
    page = visits().page
    page.goto(link)
    expect(page.get_by_label("Email address")).to_have_value(address)
    expect_for_everyone(page)
    page.get_by_label("New password").fill("password1234")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("alert")).to_contain_text("too easy to guess")
    page.get_by_label("New password").fill("another secret one")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("status")).to_contain_text("The password was changed.")
    expect_for_everyone(page)
    page.get_by_role("link", name="Go to the page and sign in").click()
    page.locator(".masthead").get_by_role("button", name="Sign in").click()
    fill_in(Visit(page, visit.address), address, "another secret one", "Sign in")
    expect(page.locator(".who-mail")).to_have_text(address)
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("already used")
