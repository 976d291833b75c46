"""Signing out asks everything first, in whichever tab something would be lost, then leaves nothing of the account."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from e2e.correcting import begin, place
from e2e.everyone import expect_for_everyone
from e2e.person import TOKENS, expect_signed_out, masthead, saved, sign_up
from e2e.test_history_correction import NOT_SAVED, open_record, paint
from e2e.visit import Visit

STORES_ON = "void (IDBObjectStore.prototype.clear = () => { throw new DOMException('', 'UnknownError'); })"
NAME = "P-7"
ELSEWHERE = "In another tab of this browser, a correction in your history is not saved."


def sign_out(page: Page) -> None:
    masthead(page).get_by_role("button", name="Sign out").click()


def expect_signed_in(page: Page, address: str) -> None:
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".who-mail")).to_have_text(address)
    assert page.evaluate(TOKENS)


def test_signing_out_asks_everything_first_and_then_leaves_nothing(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(viewport={"width": 1280, "height": 900})
    address = sign_up(visit)
    page = visit.page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    other = Visit(page.context.new_page(), visit.address)
    history = other.page
    open_record(history, visit.address, saved(visit, small, subject=NAME, eye="right"))

    # without a correction, only the photographs are asked about; Escape means no
    dialog = page.get_by_role("dialog")
    sign_out(page)
    expect(dialog).to_contain_text("Delete the photographs from this browser, too?")
    expect_for_everyone(page)
    page.keyboard.press("Escape")
    expect_signed_in(page, address)

    # a stroke that is being made in another tab
    begin(history)
    history.mouse.move(*place(history, 0.4, 0.4))
    history.mouse.down()
    sign_out(page)
    expect(dialog).to_contain_text(ELSEWHERE)
    page.keyboard.press("Escape")
    expect_signed_in(page, address)
    history.keyboard.press("Control+z")  # takes it back
    history.mouse.up()
    history.locator("#correct-done").click()
    sign_out(page)
    expect(dialog).to_contain_text("Delete the photographs from this browser, too?")
    page.keyboard.press("Escape")

    # a correction in another tab, and both questions one after the other
    paint(history, 0.6)
    sign_out(page)
    expect(dialog).to_contain_text(ELSEWHERE)
    page.keyboard.press("Escape")
    expect_signed_in(page, address)
    sign_out(page)
    dialog.get_by_role("button", name="Sign out without saving").click()
    dialog.get_by_role("button", name="Stay signed in").click()
    expect_signed_in(page, address)

    # where the correction is, it is still there after both
    expect(history.locator("#correction-words")).to_have_text(NOT_SAVED)
    sign_out(history)
    history.get_by_role("button", name="Go on without saving").click()
    expect(history.get_by_role("dialog")).to_contain_text("1 photograph with results")
    history.keyboard.press("Escape")
    expect_signed_in(history, address)
    expect(history.locator("#correction-words")).to_have_text(NOT_SAVED)

    # whatever is open over the content goes, too: a question that names a photograph, and a report
    history.locator("#report-open").click()
    expect(history.locator("#report")).to_contain_text("Vascular density")
    history.evaluate("document.querySelector('#delete').click()")
    expect(history.locator("dialog")).to_contain_text(NAME)
    assert NAME in history.content()
    expect(history.locator("#announcement")).not_to_be_empty()

    # and a browser that does not delete what it stores keeps nobody signed in
    page.evaluate(STORES_ON)
    sign_out(page)
    dialog.get_by_role("button", name="Sign out without saving").click()
    dialog.get_by_role("button", name="Delete them and sign out").click()
    expect(dialog).to_contain_text("You are signed out, but this browser could not delete the photographs")
    assert page.evaluate(TOKENS) is None
    expect_for_everyone(page)
    dialog.get_by_role("button", name="Close").click()
    expect_signed_out(page)
    expect(history.get_by_text("Sign in to see your history.")).to_be_visible()
    expect(history.locator("#signed-in, #report, dialog, #announcement:not(:empty)")).to_have_count(0)
    left = history.content()
    assert NAME not in left
    assert "Vascular density of" not in left
    assert history.evaluate("dispatchEvent(new Event('beforeunload', {cancelable: true}))"), "nothing is left to lose"
    visit.expect_state("a.jpg", "done")
    history.close()
    assert other.complaints == []
