"""Signing in and out: through the real form, shared between tabs, and refused if it was not started here."""

import base64
import hashlib
import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Browser, Page, Request, Route, expect

from e2e.person import PASSWORD, TOKENS, expect_signed_out, fill_in, masthead, new_address, sign_up
from e2e.visit import Holding, Visit


def sign_out(page: Page) -> None:
    with page.expect_navigation():  # by way of the issuer's own page
        masthead(page).get_by_role("button", name="Sign out").click()
    expect_signed_out(page)


def test_a_user_registers_stays_signed_in_and_signs_out(visit: Visit) -> None:
    page = visit.page
    address = sign_up(visit)
    for link in ("History", "Batches", "Account"):
        expect(masthead(page).get_by_role("link", name=link)).to_be_visible()
    page.reload()
    expect(page.locator(".who-mail")).to_have_text(address)

    refresh = page.evaluate(TOKENS)["refresh"]
    sign_out(page)
    assert page.evaluate(TOKENS) is None
    page.reload()
    expect_signed_out(page)
    fields = {"grant_type": "refresh_token", "client_id": "retina-page", "refresh_token": refresh}
    assert page.request.post(f"{visit.address}/oauth2/token", form=fields).status == 400

    masthead(page).get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Email address")).to_be_focused()
    fill_in(visit, address, PASSWORD[::-1], "Sign in")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.get_by_label("Password")).to_be_focused()
    fill_in(visit, address, button="Sign in")
    expect(page.locator(".who-mail")).to_have_text(address)
    sign_out(page)


def test_signing_in_returns_to_the_page_it_started_from_in_its_language(visits: Callable[..., Visit]) -> None:
    visit = visits(locale="de-DE")
    page, html = visit.open().page, visit.page.locator("html")
    expect(html).to_have_attribute("lang", "de")
    page.locator("footer select").select_option("en")
    expect(html).to_have_attribute("lang", "en")
    sign_up(visit, "/account.html?from=test#here")  # which reads English on all pages on the way
    expect(html).to_have_attribute("lang", "en")
    assert visit.page.evaluate("sessionStorage.getItem('retina.sign-in')") is None


def test_the_back_button_reloads_pages_of_a_signed_in_user(visit: Visit) -> None:
    restored = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    page = visit.page
    page.evaluate("window.before = true")
    page.evaluate(restored)
    assert page.evaluate("window.before"), "there is nothing of anybody's to be forgotten"
    address = sign_up(visit)
    page.evaluate("window.before = true")
    with page.expect_navigation():
        page.evaluate(restored)
    assert page.evaluate("window.before") is None
    expect(page.locator(".who-mail")).to_have_text(address)


def test_tabs_are_signed_in_and_out_together(visits: Callable[..., Visit]) -> None:
    first = visits()
    address = sign_up(first)
    second = Visit(first.page.context.new_page(), first.address).open()
    expect(second.page.locator(".who-mail")).to_have_text(address)
    sign_out(second.page)
    expect_signed_out(first.page)
    assert first.page.evaluate(TOKENS) is None
    assert second.complaints == []


def test_only_a_sign_in_started_in_this_tab_is_completed(visit: Visit) -> None:
    """PKCE and a state; a code that comes with another state is not used."""
    page = visit.page
    visit.open().page.locator(".masthead").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/oauth2/authorize?**")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert asked["redirect_uri"] == f"{visit.address}/"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 43
    assert asked["scope"] == "openid email"

    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    visit.open("/?code=stolen&state=another")
    expect(page.get_by_role("alert")).to_contain_text("not started in this tab")
    expect_signed_out(page)
    expect(page).to_have_url(f"{visit.address}/")
    assert [request.url for request in sent if "/oauth2/token" in request.url] == []

    visit.open("/?error=access_denied")
    expect(page.get_by_role("alert")).to_contain_text("not started in this tab")
    visit.open("/?code=without-state")
    expect(page.get_by_role("alert")).to_contain_text("not started in this tab")


def test_an_expired_code_is_reported(visit: Visit) -> None:
    visit.page.route("**/oauth2/token", lambda route: route.fulfill(status=400, json={"error": "invalid_grant"}))
    visit.open().page.locator(".masthead").get_by_role("button", name="Sign in").click()
    fill_in(visit, new_address())
    expect(visit.page.get_by_role("alert")).to_contain_text("no longer valid")
    expect_signed_out(visit.page)


def test_an_issuer_on_another_host(browser: Browser, server: str) -> None:
    """As Cognito is, whose own session is left, too."""
    issuer, asked = "https://retina-1.auth.example", []
    page = browser.new_page(service_workers="block")  # whose requests would not pass `allow`

    def allow(route: Route) -> None:
        if route.request.resource_type != "document":
            return route.continue_()
        answer = route.fetch()
        policy = answer.headers["content-security-policy"].replace("connect-src", f"connect-src {issuer}")
        return route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})

    def send(route: Route, back: str) -> None:  # no redirect: what it led to would not pass `allow`
        route.fulfill(content_type="text/html", body=f"<script>location.replace({json.dumps(back)})</script>")

    def elsewhere(route: Route) -> None:
        address = urlsplit(route.request.url)
        query = {name: values[0] for name, values in parse_qs(address.query or route.request.post_data or "").items()}
        asked.append((route.request.method, address.path, query))
        if address.path == "/oauth2/authorize":
            back = f"{query['redirect_uri']}?{urlencode({'code': 'c', 'state': query['state']})}"
            return send(route, back)
        if address.path == "/logout":
            return send(route, query["logout_uri"])
        claims = base64.urlsafe_b64encode('{"email": "zoë@example.org"}'.encode()).decode().rstrip("=")
        tokens = {"access_token": "a", "refresh_token": "r", "id_token": f"h.{claims}.s", "expires_in": 3600}
        return route.fulfill(json=tokens, headers={"Access-Control-Allow-Origin": server})

    page.route(f"{server}/**", allow)
    page.route(f"{issuer}/**", elsewhere)
    page.route(
        "**/api/v1/sign-in", lambda route: route.fulfill(json={"issuer": issuer, "client_id": "page", "url": issuer})
    )
    page.goto(f"{server}/")
    masthead(page).get_by_role("button", name="Sign in").click()
    expect(page.locator(".who-mail")).to_have_text("zoë@example.org")
    sign_out(page)
    page.context.close()

    paths = ["/oauth2/authorize", "/oauth2/token", "/oauth2/revoke", "/logout"]
    assert [(method, path) for method, path, _ in asked] == list(
        zip(("GET", "POST", "POST", "GET"), paths, strict=True)
    )
    authorize, token, revoke, logout = (query for *_, query in asked)
    challenge = hashlib.sha256(token["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64decode(authorize["code_challenge"] + "=") == challenge
    assert authorize["scope"] == "openid email"
    assert token["redirect_uri"] == authorize["redirect_uri"] == logout["logout_uri"] == f"{server}/"
    assert revoke == {"token": "r", "client_id": "page"}


def test_the_masthead_says_that_signing_out_is_still_going_on(visit: Visit) -> None:
    page, hold = visit.page, Holding()
    sign_up(visit)
    page.route("**/oauth2/revoke", hold)
    masthead(page).get_by_role("button", name="Sign out").click()
    who = page.locator("#who")
    expect(who).to_have_text("Signing you out…")
    expect(masthead(page).get_by_role("link", name="History")).to_be_hidden()
    while not hold.held:
        page.wait_for_timeout(50)
    with page.expect_navigation():
        hold.held[0].continue_()
    expect_signed_out(page)
