"""API keys on the account page: shown once, with scopes, a last day and limits."""

import re
from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import Route, expect

from e2e.everyone import expect_for_everyone
from e2e.person import ACCOUNT, make_key, sign_up
from e2e.visit import Visit
from support.tables import rows_of


def test_keys_are_shown_once_used_and_revoked(visit: Visit, small: bytes) -> None:
    sign_up(visit, ACCOUNT)
    page = visit.page
    key = make_key(visit, "Reading centre")
    assert re.fullmatch(r"rk_[0-9a-f]{16}_[0-9a-f]{64}", key)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#announcement")).to_have_text("The key was copied.")
    assert page.evaluate("navigator.clipboard.readText()") == key
    expect_for_everyone(page)

    def predict() -> int:
        files = {"file": small}
        return httpx.post(f"{visit.address}/api/v1/predictions", files=files, headers={"X-API-Key": key}).status_code

    assert predict() == 200
    page.reload()
    expect(page.locator("#credits")).to_have_text("19")
    expect(page.locator("#charges tr")).to_contain_text(["Reading centre"])
    expect(page.locator("#secret")).to_be_hidden()
    assert key not in page.content()
    name, data = visit.download(page.get_by_role("button", name="Table (CSV)").click)
    assert name == "usage.csv"
    assert [row["credits"] for row in rows_of(data)] == ["1"]
    expect_for_everyone(page)

    revoke = page.get_by_role("button", name="Revoke Reading centre")
    revoke.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_for_everyone(page)
    page.keyboard.press("Escape")
    expect(revoke).to_be_focused()
    revoke.click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_text("No keys yet.")).to_be_visible()
    expect(page.get_by_label("Name of the new key")).to_be_focused()
    status = page.get_by_role("status").filter(has_text="Reading centre: revoked.")
    expect(status).to_have_count(1)
    expect(status).to_be_in_viewport(ratio=1)
    assert predict() == 401
    page.reload()
    expect(page.locator("#charges tr")).to_contain_text(["(revoked)"])


def test_a_key_with_scopes_and_a_last_day(visit: Visit, small: bytes) -> None:
    sign_up(visit, ACCOUNT)
    page = visit.page
    for scope in ("Predict", "Delete"):
        page.get_by_role("checkbox", name=scope).uncheck()
    last = datetime.now(UTC).date() + timedelta(days=400)
    page.get_by_label("Last day (optional)").fill(last.isoformat())
    expect_for_everyone(page)
    key = make_key(visit, "Reader")
    row = page.locator("#keys li", has_text="Reader")
    expect(row).to_contain_text("May read")
    expect(row).to_contain_text(str((last + timedelta(days=1)).year))
    expect(row).to_contain_text("never used")
    expect(page.get_by_role("checkbox", name="Predict")).to_be_checked()
    expect(page.get_by_label("Last day (optional)")).to_have_value("")

    headers = {"X-API-Key": key}
    refused = httpx.post(f"{visit.address}/api/v1/predictions", files={"file": small}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_required")
    assert httpx.get(f"{visit.address}/api/v1/usage", headers=headers).status_code == 200
    page.reload()
    expect(page.locator("#keys li", has_text="Reader")).to_contain_text("last used")
    expect_for_everyone(page)


def test_a_key_with_limits_that_are_changed(visit: Visit, small: bytes) -> None:
    sign_up(visit, ACCOUNT)
    page = visit.page
    page.get_by_text("Limits (optional)").click()
    page.get_by_label("Credits per day").fill("2")
    page.get_by_label("Only from these network addresses").fill("127.0.0.1, 203.0.113.7/24")
    page.get_by_label("Name of the new key").fill("Clinic")
    page.get_by_role("button", name="Create key").click()
    expect(page.locator("#keys-trouble")).to_contain_text("addresses.1: Input should be an address or a network")
    page.get_by_label("Only from these network addresses").fill("127.0.0.1, 203.0.113.0/24")
    key = make_key(visit, "Clinic")
    row = page.locator("#keys li", has_text="Clinic")
    expect(row).to_contain_text("Only from 127.0.0.1 and 203.0.113.0/24")
    expect(row).to_contain_text("0 of 2 credits today")
    expect(page.get_by_label("Credits per day")).to_have_value("")

    def predict() -> int:
        files = {"file": small}
        return httpx.post(f"{visit.address}/api/v1/predictions", files=files, headers={"X-API-Key": key}).status_code

    assert [predict() for _ in range(3)] == [200, 200, 429]
    page.reload()
    expect(row).to_contain_text("2 of 2 credits today")
    expect(row.get_by_role("meter", name="Clinic: credits today")).to_have_count(1)
    expect(page.locator("#charges-words")).to_contain_text("2 credits in the last 30 days.")
    expect(page.get_by_role("img", name="2 credits in the last 30 days.")).to_be_visible()
    page.get_by_label("Show charges for").select_option("Clinic")
    expect(page.locator("#charges tr")).to_have_count(1)

    change = page.get_by_role("button", name="Change Clinic")
    change.click()
    expect(page.get_by_label("Name of the key")).to_be_focused()
    expect(page.get_by_label("Credits per day")).to_have_value("2")
    expect(page.get_by_label("Only from these network addresses")).to_have_value("127.0.0.1\n203.0.113.0/24")
    expect_for_everyone(page)
    page.get_by_role("button", name="Cancel").click()
    expect(change).to_be_focused()
    change.click()
    page.get_by_label("Credits per day").fill("")
    page.get_by_label("Credits per month").fill("3")
    page.get_by_label("Only from these network addresses").fill("")
    page.get_by_role("button", name="Save the changes").click()
    expect(row).to_contain_text("2 of 3 credits this month")
    expect(page.locator("#keys-status")).to_have_text("Clinic: changed.")
    expect(page.get_by_role("button", name="Create key")).to_be_visible()
    assert [predict() for _ in range(2)] == [200, 429]


def test_a_key_that_is_created_before_the_list_is_here_leaves_the_names_of_others(visit: Visit, small: bytes) -> None:
    sign_up(visit, ACCOUNT)
    page, held = visit.page, list[Route]()
    headers = {"X-API-Key": make_key(visit, "Reading centre")}
    answer = httpx.post(f"{visit.address}/api/v1/predictions", files={"file": small}, headers=headers, timeout=30)
    answer.raise_for_status()
    page.route("**/api/v1/keys", lambda route: route.continue_() if held else held.append(route))
    page.reload()
    make_key(visit, "Clinic")
    held[0].continue_()
    expect(page.locator("#charges tr")).to_contain_text(["Reading centre"])
    expect(page.locator("#charges tr")).not_to_contain_text(["revoked"])
    expect(page.locator("#keys li")).to_have_count(2)


def test_a_key_without_scopes_is_not_created(visit: Visit) -> None:
    sign_up(visit, ACCOUNT)
    page = visit.page
    for scope in ("Predict", "Read", "Delete"):
        page.get_by_role("checkbox", name=scope).uncheck()
    page.get_by_label("Name of the new key").fill("Nothing")
    page.get_by_role("button", name="Create key").click()
    expect(page.locator("#keys-trouble")).to_contain_text("at least one")
    expect(page.get_by_role("checkbox", name="Predict")).to_be_focused()
    page.get_by_role("checkbox", name="Read").check()
    page.get_by_label("Last day (optional)").fill("2020-01-01")
    page.get_by_role("button", name="Create key").click()
    expect(page.locator("#keys-trouble")).to_contain_text("in the past")
    expect(page.get_by_text("No keys yet.")).to_be_visible()
    expect_for_everyone(page)
