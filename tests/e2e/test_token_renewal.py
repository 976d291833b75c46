"""Access tokens are renewed, by one tab at a time."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Route, expect

from e2e.person import TOKENS, expect_signed_out, sign_up
from e2e.visit import Visit

LATE = """() => {
  const post = BroadcastChannel.prototype.postMessage;
  BroadcastChannel.prototype.postMessage = function (...what) { setTimeout(() => post.apply(this, what), 200); };
}"""
"""As a tab that has much else to do, in JavaScript."""


def counted(visit: Visit) -> list[str]:
    grants: list[str] = []

    def count(route: Route) -> None:
        grants.append(parse_qs(route.request.post_data or "")["grant_type"][0])
        route.continue_()

    visit.page.route("**/oauth2/token", count)
    return grants


def test_the_access_token_is_renewed_before_it_expires(visit: Visit) -> None:
    sign_up(visit)
    grants = counted(visit)
    visit.page.evaluate(
        "() => { const held = JSON.parse(sessionStorage.getItem('retina.session'));"
        "held.ends = Date.now() + 30000; sessionStorage.setItem('retina.session', JSON.stringify(held)); }"
    )
    visit.open("/account.html")
    expect(visit.page.locator("#credits")).to_have_text("20")
    assert grants == ["refresh_token"]


@pytest.mark.parametrize("good", [True, False], ids=["renewed", "ended"])
def test_the_access_token_is_renewed_when_it_is_refused(visit: Visit, good: bool) -> None:
    """And where that is refused, too, the page says so and shows nobody's data."""
    sign_up(visit)
    grants = counted(visit)
    held = visit.page.evaluate(TOKENS)
    held |= {"access": held["access"][:-4] + "AAAA"} | ({} if good else {"refresh": "revoked"})
    visit.page.evaluate("text => sessionStorage.setItem('retina.session', text)", json.dumps(held))
    visit.open("/account.html")
    if good:
        expect(visit.page.locator("#credits")).to_have_text("20")
    else:
        expect(visit.page.get_by_text("Sign in to see your account.")).to_be_visible()
        expect_signed_out(visit.page)
    assert grants == ["refresh_token"]


def renew(tab: Visit) -> str:
    """Have the page take its access token for refused; the new one."""
    script = f"import('/js/auth/session.js').then((session) => session.accessToken({TOKENS}.access))"
    return str(tab.page.evaluate(script))


def test_tabs_that_renew_at_the_same_time_stay_signed_in(visits: Callable[..., Visit]) -> None:
    """A refresh token is good once, and whoever comes with a used one ends the session for all."""
    first = visits()
    address = sign_up(first, "/account.html")
    second = Visit(first.page.context.new_page(), first.address).open("/account.html")
    expect(second.page.locator("#credits")).to_have_text("20")
    before = first.page.evaluate(TOKENS)
    for tab in (first, second):
        tab.page.evaluate(
            f"window.renewed = import('/js/auth/session.js').then((session) => session.accessToken({TOKENS}.access))"
        )
    for tab in (first, second):
        tab.page.evaluate("window.renewed")
    held = [tab.page.evaluate(TOKENS) for tab in (first, second)]
    assert held[0] == held[1] != before
    for tab in (first, second, first):
        renew(tab)
    for tab in (first, second):
        tab.page.reload()
        expect(tab.page.locator(".who-mail")).to_have_text(address)
        expect(tab.page.locator("#credits")).to_have_text("20")
    assert second.complaints == []


def test_a_tab_that_slept_asks_other_tabs_before_renewing(visits: Callable[..., Visit]) -> None:
    first = visits()
    address = sign_up(first)
    stale = first.page.evaluate(TOKENS) | {"ends": 0}
    for _ in range(3):
        renew(first)
    second = Visit(first.page.context.new_page(), first.address)
    second.page.add_init_script(
        f"if (!sessionStorage.length) sessionStorage.setItem('retina.session', {json.dumps(json.dumps(stale))})"
    )
    second.open("/account.html")
    expect(second.page.locator("#credits")).to_have_text("20")
    for tab in (first, second):
        renew(tab)
        tab.page.reload()
        expect(tab.page.locator(".who-mail")).to_have_text(address)


def test_a_tab_that_answers_late_is_waited_for(visits: Callable[..., Visit]) -> None:
    first = visits()
    address = sign_up(first)
    stale = first.page.evaluate(TOKENS) | {"ends": 0}
    for _ in range(3):
        renew(first)
    first.page.evaluate(LATE)
    second = Visit(first.page.context.new_page(), first.address)
    second.page.add_init_script(
        f"if (!sessionStorage.length) sessionStorage.setItem('retina.session', {json.dumps(json.dumps(stale))})"
    )
    second.open("/account.html")
    expect(second.page.locator("#credits")).to_have_text("20")
    first.page.reload()
    expect(first.page.locator(".who-mail")).to_have_text(address)


def test_a_stolen_refresh_token_ends_the_session(visit: Visit) -> None:
    sign_up(visit)
    stolen = visit.page.evaluate(TOKENS)["refresh"]
    for _ in range(2):
        renew(visit)
    fields = {"grant_type": "refresh_token", "client_id": "retina-page", "refresh_token": stolen}
    assert visit.page.request.post(f"{visit.address}/oauth2/token", form=fields).status == 400
    visit.open("/account.html")
    expect(visit.page.get_by_text("Sign in to see your account.")).to_be_visible()
    expect_signed_out(visit.page)
