"""The account page: credits, charges, API keys shown once, and account deletion."""

import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from e2e.everyone import NOT_FOR_DIAGNOSIS, expect_for_everyone
from e2e.person import ACCOUNT, PASSWORD, fill_in, make_key, sign_up
from e2e.visit import Visit, resize

LINES = """(node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return new Set([...range.getClientRects()].map(({top}) => top)).size;
}"""


def test_signed_out(visit: Visit) -> None:
    page = visit.open(ACCOUNT).page
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
    address = sign_up(visit, ACCOUNT)
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


def test_names_are_shown_as_plain_text(visit: Visit) -> None:
    sign_up(visit, ACCOUNT)
    make_key(visit, "<img src=x onerror=alert(1)>")
    expect(visit.page.locator("#keys strong")).to_have_text("<img src=x onerror=alert(1)>")


def test_the_audit_log_shows_who_did_what(visit: Visit) -> None:
    sign_up(visit, ACCOUNT)
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
        resize(page, {"width": width, "height": 800})
        made = log.locator("tr", has_text="API key created")
        assert made.evaluate("r => new Set([...r.cells].map((c) => c.getBoundingClientRect().x)).size") == columns
        assert page.locator("#audit-table").evaluate("t => t.scrollWidth - t.clientWidth") == 0
        for cell in made.locator(".time, code").all():
            assert cell.evaluate(LINES) == 1


def test_an_account_is_deleted(visit: Visit, small: bytes) -> None:
    address = sign_up(visit, ACCOUNT)
    page = visit.page
    page.goto(f"{visit.address}/")
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page.goto(f"{visit.address}{ACCOUNT}")
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
    expect(page.get_by_role("dialog").get_by_role("button")).to_have_text(["Keep them", "Delete them"])
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
    page.goto(f"{visit.address}{ACCOUNT}?paid={'a' * 32}")
    expect(page.locator("#batch-limits")).to_have_text("3 of 20; unfinished photographs 1 MiB of 512 MiB")
    expect(page.locator("#history-limits")).to_have_text("768 MiB of 2 GiB")
    expect(page.locator("#credits-low")).to_contain_text("Few credits are left: 9 credits for new photographs.")
    expect(page.locator("#purchase-status")).to_have_text("Thank you. 1,000 credits were added.")
    expect(page).to_have_url(f"{visit.address}{ACCOUNT}")
    expect(page.get_by_role("link", name="Buy credits")).to_be_visible()
    expect(page.locator("#purchases tr")).to_contain_text("€94.01")
    expect(page.get_by_role("link", name="receipt of 26 Nov 2026, 1,000 credits")).to_be_visible()
    expect_for_everyone(page)
