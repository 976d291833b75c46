"""A batch on the page when the network fails, credits run out or the user interrupts it."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIResponse, Route, expect

from e2e.batches import PATH, UPLOADS, choose, expect_finished, expect_state, start
from e2e.everyone import expect_for_everyone
from e2e.person import sign_up
from e2e.visit import Visit, settle


def test_a_batch_is_sent_despite_network_failures(visit: Visit, small: bytes) -> None:
    """Expired forms are renewed once for all, lost connections and busy servers are waited for."""
    sign_up(visit, PATH)
    trouble = [expired, expired, unplugged, busy]
    renewals: list[str] = []
    visit.page.on("request", lambda r: renewals.append(r.url) if r.url.endswith("/upload") else None)
    visit.page.route(UPLOADS, lambda route: trouble.pop(0)(route) if trouble else route.continue_())
    start(visit, *((f"{i}.jpg", small) for i in range(5)))
    expect_finished(visit.page)
    expect(visit.page.locator("#counts li")).to_have_text(["5 done"])
    assert len(renewals) == 1


def expired(route: Route) -> None:
    route.fulfill(status=403, json={"code": "upload_refused", "detail": "The form has expired."})


def unplugged(route: Route) -> None:
    route.abort()


def busy(route: Route) -> None:
    route.fulfill(status=503, body="")


def test_photographs_that_are_never_accepted_are_reported(visit: Visit, small: bytes) -> None:
    sign_up(visit, PATH)
    visit.page.route(UPLOADS, expired)
    start(visit, ("a.jpg", small))
    expect(expect_state(visit.page, "a.jpg", "not sent").locator(".found")).to_have_text("The form has expired.")
    expect(visit.page.locator("#sending")).to_contain_text("1 could not be sent")
    expect(visit.page.locator("#resume")).to_be_visible()
    expect_for_everyone(visit.page)
    visit.page.unroute(UPLOADS)
    choose(visit.page, ("a.jpg", small), field="#resume-files")
    expect_finished(visit.page)


def test_a_batch_is_resumed_after_the_page_was_closed(
    visits: Callable[..., Visit], small: bytes, tmp_path: Path
) -> None:
    first = visits()
    folder = tmp_path / "visit"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.jpg").write_bytes(small + bytes(number))  # of six sizes
    sign_up(first, PATH)
    sent: list[Route] = []

    def only_the_first(route: Route) -> None:
        sent.append(route)
        if len(sent) == 1:
            route.continue_()

    first.page.route(UPLOADS, only_the_first)
    first.page.locator("#folder").set_input_files(folder)
    first.page.locator("#start").click()
    expect_state(first.page, "visit/0.jpg", "done")
    expect(first.page.locator("#sending")).to_contain_text("Sending: 1 of 6.")
    expect(first.page.locator("#resume")).to_be_hidden()
    second = Visit(first.page.context.new_page(), first.address)
    page = second.open(urlsplit(first.page.url)._replace(scheme="", netloc="").geturl()).page
    expect(page.locator("#batch")).to_be_visible()
    first.page.goto("about:blank")  # closed at once, the browser might first let go what is held
    first.page.close()

    expect(page.locator("#resume")).to_contain_text("5 photographs have not been sent.")
    expect_for_everyone(page)
    choose(page, ("1.jpg", small), field="#resume-files")  # of another size
    expect(page.locator("#batch-trouble")).to_contain_text("None of these files is missing from the batch")
    page.locator("#resume-files").set_input_files(sorted(folder.iterdir()))  # without their folder
    expect_finished(page)
    expect(page.locator("#counts li")).to_have_text(["6 done"])
    assert second.complaints == []


def test_signing_out_stops_sending(visits: Callable[..., Visit], small: bytes) -> None:
    first = visits()
    sign_up(first, PATH)
    first.page.route(UPLOADS, lambda route: None)
    start(first, ("a.jpg", small))
    second = Visit(first.page.context.new_page(), first.address).open()
    second.page.get_by_role("button", name="Sign out").click()
    expect(first.page.get_by_text("Sign in to see your batches.")).to_be_visible()
    expect(first.page.locator("#signed-in")).to_have_count(0)
    first.page.reload()  # nothing holds it back
    expect(first.page.get_by_text("Sign in to see your batches.")).to_be_visible()


def test_a_batch_that_is_begun_before_the_list_is_here_is_listed_once(visit: Visit, small: bytes) -> None:
    sign_up(visit, PATH)
    page, held = visit.page, list[Route]()
    page.route(UPLOADS, lambda route: None)
    listing = "**/api/v1/batches"
    page.route(listing, lambda route: held.append(route) if route.request.method == "GET" else route.continue_())
    page.reload()
    start(visit, ("a.jpg", small))
    expect(page.locator("#batch-title")).to_be_focused()
    delete = page.get_by_role("button", name="Delete…")
    delete.focus()
    for route in reversed(held):  # the latest is answered first
        with page.expect_response(listing):
            route.continue_()
    settle(page)
    expect(page.locator("#list li")).to_have_count(1)
    expect(delete).to_be_focused()


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_answers_the_one_to_the_later_question_counts(visit: Visit, small: bytes, first: int) -> None:
    sign_up(visit, PATH)
    page, held = visit.page, list[tuple[Route, APIResponse]]()
    page.route(UPLOADS, lambda route: None)
    state = f"**/api/v1/batches/{start(visit, ('a.jpg', small))}"
    page.route(state, lambda route: held.append((route, route.fetch())))

    def wait_for(count: int) -> None:
        while len(held) < count:
            page.wait_for_timeout(50)

    wait_for(1)  # an open batch is asked for every two seconds
    page.get_by_role("button", name="Cancel…").click()
    page.get_by_role("button", name="Cancel the batch").click()
    wait_for(2)
    for which in (first, 1 - first):
        route, answer = held[which]
        with page.expect_response(state):
            route.fulfill(response=answer)
        settle(page)
    expect(page.locator("#batch-state")).to_have_text("Cancelled")
    expect(page.locator("#batch-title")).to_be_focused()


def test_a_hidden_page_does_not_poll(visit: Visit, small: bytes) -> None:
    sign_up(visit, PATH)
    page = visit.page
    page.route(UPLOADS, lambda route: None)
    id = start(visit, ("a.jpg", small))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(id) else None)
    hide = "h => { Object.defineProperty(document, 'hidden', {value: h, configurable: true});" + (
        "document.dispatchEvent(new Event('visibilitychange')); }"
    )
    page.evaluate(hide, True)
    page.wait_for_timeout(500)  # for what was on its way
    before = len(asked)
    page.wait_for_timeout(4500)
    assert len(asked) == before
    with page.expect_request(f"**/{id}"):
        page.evaluate(hide, False)
    page.wait_for_timeout(500)
    assert len(asked) == before + 1


def test_more_photographs_than_credits_are_not_sent(visit: Visit, small: bytes) -> None:
    sign_up(visit, PATH)
    page = visit.page
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    held: list[Route] = []
    page.route("**/api/v1/usage", lambda route: held.append(route))
    page.reload()
    choose(page, *((f"{number}.jpg", small) for number in range(50)))
    expect(page.locator("#announcement")).to_contain_text("50 photographs")
    held[0].continue_()  # only now it is known how many credits there are
    page.unroute("**/api/v1/usage")
    sentence = (
        "You chose 50 photographs and have 20 credits: choose 30 fewer, or get more credits. Nothing has been sent."
    )
    expect(page.locator("#lacking")).to_have_text(sentence)
    expect(page.locator("#announcement")).to_contain_text(sentence)
    expect(page.locator("#start")).to_be_disabled()
    expect_for_everyone(page)
    assert sent == []
    choose(page, *((f"{number}.jpg", small) for number in range(2)))
    expect(page.locator("#lacking")).to_be_hidden()
    page.route(UPLOADS, lambda route: None)
    page.locator("#start").click()
    expect(page.locator("#credits")).to_contain_text("You have 18 credits")
    expect(page.locator("#credits")).to_contain_text("Another 2 credits are reserved for open batches")
    choose(page, *((f"{number}.jpg", small) for number in range(19)))
    expect(page.locator("#lacking")).to_contain_text("choose 1 fewer")
