"""The account page: credits, charges, API keys shown once, and account deletion."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from e2e.everyone import NOT_FOR_DIAGNOSIS, expect_for_everyone
from e2e.person import PASSWORD, fill_in, sign_up
from e2e.visit import Visit
from support.tables import rows_of

PATH = "/account.html"
LINES = """(node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return new Set([...range.getClientRects()].map(({top}) => top)).size;
}"""


def make_key(visit: Visit, name: str) -> str:
    visit.page.get_by_label("Name of the new key").fill(name)
    visit.page.get_by_role("button", name="Create key").click()
    expect(visit.page.locator("#keys li", has_text=name)).to_be_visible()
    return visit.page.get_by_label("The new API key").input_value()


def test_signed_out(visit: Visit) -> None:
    page = visit.open(PATH).page
    expect(page.get_by_text("Sign in to see your account.")).to_be_visible()
    expect(page.get_by_text(NOT_FOR_DIAGNOSIS)).to_be_visible()
    expect(page.locator("#signed-in")).to_be_hidden()
    expect_for_everyone(page)


def test_prices_are_for_everyone(visit: Visit) -> None:
    page = visit.open("/prices.html").page
    expect(page.get_by_text("To get credits, ask whoever runs this service.")).to_be_visible()
    expect(page.locator("#command")).to_contain_text(f"{visit.address}/api/v1/predictions")
    assert rows_cost(page)["Rejected or failed photographs"].startswith("Nothing")
    expect(page.get_by_text(NOT_FOR_DIAGNOSIS)).to_be_visible()
    expect_for_everyone(page)


def rows_cost(page: Page) -> dict[str, str]:
    words = page.locator("dl.pairs dt, dl.pairs dd").all_inner_texts()
    return dict(zip(words[::2], words[1::2], strict=True))


def test_a_new_account(visit: Visit) -> None:
    address = sign_up(visit, PATH)
    page = visit.page
    expect(page.locator("#credits")).to_have_text("20")
    expect(page.locator("#mail")).to_have_text(address)
    expect(page.locator("#account-id")).to_have_text(re.compile(r"^[0-9a-f]{32}$"))
    expect(page.get_by_text("Nothing has been charged so far.")).to_be_visible()
    expect(page.get_by_text("No keys yet.")).to_be_visible()
    expect(page.locator("#more-credits")).to_have_text("To get credits, ask whoever runs this service.")
    expect(page.locator("#credits-low")).to_be_hidden()
    expect(page.get_by_text(NOT_FOR_DIAGNOSIS)).to_be_visible()
    expect_for_everyone(page)


def test_keys_are_shown_once_used_and_revoked(visit: Visit, small: bytes) -> None:
    sign_up(visit, PATH)
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
    sign_up(visit, PATH)
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
    sign_up(visit, PATH)
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


def test_a_key_without_scopes_is_not_created(visit: Visit) -> None:
    sign_up(visit, PATH)
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


def test_names_are_shown_as_plain_text(visit: Visit) -> None:
    sign_up(visit, PATH)
    make_key(visit, "<img src=x onerror=alert(1)>")
    expect(visit.page.locator("#keys strong")).to_have_text("<img src=x onerror=alert(1)>")


def test_the_audit_log_shows_who_did_what(visit: Visit) -> None:
    sign_up(visit, PATH)
    page = visit.page
    key = make_key(visit, "Reading centre")
    for _ in range(21):
        answer = httpx.get(f"{visit.address}/api/v1/predictions", headers={"X-API-Key": key})
        assert answer.status_code == 200
    page.reload()
    log = page.get_by_role("region", name="Audit log")
    expect(log.get_by_role("row", name=re.compile("History listed.*Reading centre"))).to_have_count(1)
    expect(log.get_by_role("row", name=re.compile("API key created.*you.*local"))).to_have_count(1)
    expect(page.get_by_role("button", name="Older entries")).to_be_hidden()
    expect_for_everyone(page)
    for width, columns in ((1280, 5), (360, 2)):  # a row each, then a card each
        page.set_viewport_size({"width": width, "height": 800})
        made = log.locator("tr", has_text="API key created")
        assert made.evaluate("r => new Set([...r.cells].map((c) => c.getBoundingClientRect().x)).size") == columns
        assert page.locator("#audit-table").evaluate("t => t.scrollWidth - t.clientWidth") == 0
        for cell in made.locator(".time, code").all():
            assert cell.evaluate(LINES) == 1


def test_an_account_is_deleted(visit: Visit, small: bytes) -> None:
    address = sign_up(visit, PATH)
    page = visit.page
    page.goto(f"{visit.address}/")
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page.goto(f"{visit.address}{PATH}")
    key = make_key(visit, "Reading centre")
    page.get_by_role("button", name="Delete the account…").click()
    agree = page.get_by_role("button", name="Delete everything")
    expect(agree).to_be_disabled()
    expect(page.get_by_role("dialog")).to_contain_text("Credits that are left are lost, also bought ones.")
    page.get_by_label(f"Type {address} to confirm").fill("somebody@else.example")
    expect(agree).to_be_disabled()
    expect_for_everyone(page)
    page.get_by_role("button", name="Keep the account").click()
    expect(page.locator("#credits")).to_have_text("20")

    page.get_by_role("button", name="Delete the account…").click()
    page.get_by_label(f"Type {address} to confirm").fill(address)
    agree.click()
    expect(page.locator("#gone-words")).to_have_text(
        re.compile(
            r"^Deleted: 1 API key\. For 365 days the audit log still records that it existed and was deleted, by "
            r"random ids only\. .*\bYou are signed out\.$"
        )
    )
    expect(page.get_by_role("dialog")).to_contain_text(
        "1 photograph with results on the start page is stored in this browser"
    )
    page.get_by_role("button", name="Delete them", exact=True).click()
    expect(page.locator("#gone")).to_be_focused()
    expect(page.locator("#signed-in")).to_have_count(0)
    expect(page.locator(".masthead").get_by_role("button", name="Sign in")).to_be_visible()
    expect_for_everyone(page)
    assert httpx.get(f"{visit.address}/api/v1/usage", headers={"X-API-Key": key}).status_code == 401

    page.get_by_role("link", name="Go to the start page").click()
    expect(page).to_have_url(f"{visit.address}/")
    expect(page.locator("#workspace")).to_be_hidden()
    expect(page.locator("#earlier")).to_be_hidden()
    page.locator(".masthead").get_by_role("button", name="Sign in").click()
    fill_in(visit, address, PASSWORD, "Sign in")
    expect(page.get_by_role("alert")).to_contain_text("wrong")


def test_credits_are_bought_where_they_are_sold(visit: Visit) -> None:
    """What the service would answer if it sold credits is made up here; that it does is tested with the API."""
    pack = {"credits": 1000, "amount": 7900}
    prices = {"payment": True, "contact": None, "currency": "eur", "tax": "exclusive", "packs": [pack]}
    bought: dict[str, Any] = {
        "id": "a" * 32,
        "created": "2026-11-26T10:00:00Z",
        "currency": "eur",
        "total": None,
        "state": "created",
    }
    bought |= {"refunded": 0, "taken_back": 0, "missing": 0, "receipt": None, "url": f"{visit.address}/?pay"} | pack
    paid = bought | {"total": 9401, "state": "credited", "receipt": f"{visit.address}/?receipt"}
    page = visit.page
    page.route("**/api/v1/prices", lambda route: route.fulfill(json=prices))
    page.route("**/api/v1/purchases", lambda route: route.fulfill(json=bought, status=201))
    page.route("**/api/v1/purchases?*", lambda route: route.fulfill(json={"purchases": [paid], "next": None}))
    sign_up(visit)
    visit.open("/prices.html")
    expect(page.get_by_text("€0.079 for each photograph")).to_be_visible()
    expect(page.locator("#packs-contact")).to_be_hidden()
    expect_for_everyone(page)
    page.get_by_role("button", name="Buy 1,000 credits").click()
    page.wait_for_url(f"{visit.address}/?pay")
    few: dict[str, Any] = {"account": "b" * 32, "credits": 12, "reserved": 3, "low": True, "charges": [], "next": None}
    few["limits"] = {"batches": 3, "most_batches": 20, "bytes": 2**20, "most_bytes": 2**29, "paid": False}
    few["history"] = {"bytes": 3 * 2**28, "most_bytes": 2**31}
    page.route("**/api/v1/usage?*", lambda route: route.fulfill(json=few))
    page.goto(f"{visit.address}{PATH}?paid={'a' * 32}")
    expect(page.locator("#batch-limits")).to_have_text("3 of 20; unfinished photographs 1 MiB of 512 MiB")
    expect(page.locator("#history-limits")).to_have_text("768 MiB of 2 GiB")
    expect(page.locator("#credits-low")).to_contain_text("Few credits are left: 9 credits for new photographs.")
    expect(page.locator("#purchase-status")).to_have_text("Thank you. 1,000 credits were added.")
    expect(page).to_have_url(f"{visit.address}{PATH}")
    expect(page.get_by_role("link", name="Buy credits")).to_be_visible()
    expect(page.locator("#purchases tr")).to_contain_text("€94.01")
    expect(page.get_by_role("link", name="receipt of 26 Nov 2026, 1,000 credits")).to_be_visible()
    expect_for_everyone(page)
