"""Photographs and results on the start page survive a reload and a sign-in, and go when they are told to."""

from collections.abc import Callable

from playwright.sync_api import Dialog, Page, Route, expect

from e2e.everyone import expect_for_everyone
from e2e.person import fill_in, masthead, new_address
from e2e.stored import counts, expect_counts, expect_stored
from e2e.visit import PREDICTIONS, Holding, Visit

OLD_MS = 2.9 * 24 * 3600 * 1000
AGED = """(age) => new Promise((resolve, reject) => {
  const request = indexedDB.open('retina');
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const store = request.result.transaction('workspaces', 'readwrite').objectStore('workspaces');
    store.getAll().onsuccess = ({ target }) => {
      for (const each of target.result) if (age) store.put({ ...each, touched: Date.now() - age });
      const ages = target.result.map(({ touched }) => Date.now() - touched);
      store.transaction.oncomplete = () => { request.result.close(); resolve(ages); };
    };
  };
})"""


def expect_young(page: Page) -> None:
    """The workspaces were in use just now."""
    for _ in range(100):
        ages: list[float] = page.evaluate(AGED)
        if max(ages) < OLD_MS / 2:
            return
        page.wait_for_timeout(100)
    assert max(ages) < OLD_MS / 2


def with_one_stored(visit: Visit, photograph: bytes) -> Page:
    """The start page with the result of a.jpg, which the browser has stored."""
    page = visit.open().page
    visit.choose(("a.jpg", photograph))
    visit.expect_state("a.jpg", "done")
    expect_stored(page, "a.jpg", state="done")
    return page


def test_work_survives_reloads_and_a_sign_in(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(viewport={"width": 1280, "height": 900})
    page = visit.open().page
    hold = Holding()
    visit.choose(("a.jpg", small), ("notes.txt", b"no photograph"))
    visit.expect_state("a.jpg", "done")
    visit.expect_state("notes.txt", "refused")
    visit.show("a.jpg")
    page.locator("#more-measurements > summary").click()
    expect(page.locator("#intervals-note")).to_be_visible()
    density = page.locator("#facts .measurement dd").first.text_content()
    page.route(PREDICTIONS, hold)
    visit.choose(("b.jpg", small), ("c.jpg", small), ("d.jpg", small))
    expect_counts(page, 5, 5, 1)

    hold.on = False  # of what is asked from now on
    page.reload()  # what was being sent or waiting goes on
    for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg"):
        visit.expect_state(name, "done")
    visit.expect_state("notes.txt", "refused")
    expect(page.locator(".item-name")).to_have_text(["a.jpg", "notes.txt", "b.jpg", "c.jpg", "d.jpg"])
    visit.show("a.jpg")
    expect(page.locator("#facts .measurement dd").first).to_have_text(density or "")
    assert visit.seen().std() > 10, "the photograph is seen"
    hold.on = True
    hold.held.clear()
    page.locator("#more-measurements > summary").click()
    expect(page.locator("#intervals-note")).to_be_visible()  # they were stored, too
    assert hold.held == []
    page.unroute(PREDICTIONS)

    # signing in does not leave the work: it has a window of its own
    page.get_by_role("radio", name="Vessels").check()
    page.route("**/js/**", lambda route: route.abort())  # nor does its click wait for anything
    page.route("**/languages/**", lambda route: route.abort())
    with page.expect_popup() as opened:
        masthead(page).get_by_role("button", name="Sign in").click()
    beside = Visit(opened.value, visit.address)
    address = new_address()
    with opened.value.expect_event("close"):
        fill_in(beside, address)
    expect(page.locator(".who-mail")).to_have_text(address)
    expect(page.get_by_role("radio", name="Vessels")).to_be_checked()
    assert beside.complaints == []
    page.unroute_all()

    # where the browser allows no window, it asks, and what is stored is there again
    masthead(page).get_by_role("button", name="Sign out").click()
    with page.expect_navigation():  # the page from before is left by way of the issuer's
        page.get_by_role("button", name="Keep them and sign out").click()
    visit.expect_state("a.jpg", "done")
    page.evaluate("window.open = () => null")
    masthead(page).get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Stay here").click()
    expect(page.locator("#confirm-title")).to_have_count(0)
    visit.expect_state("a.jpg", "done")
    assert page.evaluate("sessionStorage.getItem('retina.sign-in')") is None, "nothing of it stays"
    masthead(page).get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Leave and sign in").click()
    fill_in(visit, address, button="Sign in")
    expect(page.locator(".who-mail")).to_have_text(address)
    visit.show("a.jpg")
    page.locator("#save").get_by_label("Note").fill("blurred")
    visit.show("b.jpg")
    expect(page.locator("#save").get_by_label("Note")).to_have_value("")
    visit.show("a.jpg")
    expect(page.locator("#save").get_by_label("Note")).to_have_value("blurred")

    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    expect_stored(page, "a.jpg", note="blurred")
    page.once("dialog", leave)
    page.reload()
    assert asked == ["beforeunload"], "a note that is not saved"
    visit.show("a.jpg")
    expect(page.locator("#save").get_by_label("Note")).to_have_value("blurred")
    page.get_by_role("button", name="Save to history").click()
    expect(page.locator("#saved")).to_be_focused()
    expect_stored(page, "a.jpg", saved=True)
    page.reload()
    expect(visit.expect_state("a.jpg", "done").locator(".item-state")).to_contain_text("saved")

    other = Visit(page.context.new_page(), visit.address).open()  # each tab has its own
    expect(other.page.locator(".who-mail")).to_have_text(address)
    other.choose(("other.jpg", small))
    other.expect_state("other.jpg", "done")
    expect(other.page.locator(".item")).to_have_count(1)
    expect_counts(page, 6, 6, 2)
    masthead(page).get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog")).to_contain_text("6 photographs")
    page.get_by_role("button", name="Delete them and sign out").click()
    expect(masthead(page).get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.locator("#workspace")).to_be_hidden()
    expect(other.page.locator("#workspace")).to_be_hidden()
    assert counts(other.page)[:2] == [0, 0]  # the page that signed out is on its way
    other.page.close()
    assert other.complaints == []


def test_a_removal_can_be_undone_and_a_closed_tab_reopened(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(viewport={"width": 1280, "height": 900})
    page = visit.open().page
    visit.choose(("a.jpg", small), ("b.jpg", small))
    for name in ("a.jpg", "b.jpg"):
        visit.expect_state(name, "done")
    expect_for_everyone(page)
    page.get_by_role("button", name="Remove all").click()
    expect(page.locator("#removed")).to_contain_text("2 photographs removed.")
    expect_counts(page, 0, 0, 1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".item-name")).to_have_text(["a.jpg", "b.jpg"])
    expect(page.locator("#list button").first).to_be_focused()
    expect_counts(page, 2, 2, 1)
    page.evaluate(AGED, OLD_MS)
    page.reload()
    visit.expect_state("b.jpg", "done")
    expect_young(page)  # its three days begin when it is closed, although nothing has changed
    visit.item("a.jpg").get_by_role("button", name="Remove a.jpg").click()
    expect_counts(page, 1, 1, 1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".item-name")).to_have_text(["a.jpg", "b.jpg"])
    expect_counts(page, 2, 2, 1)

    page.close()
    later = Visit(visit.page.context.new_page(), visit.address).open()
    expect(later.page.locator("#earlier")).to_contain_text("2 photographs from")
    expect_for_everyone(later.page)
    later.choose(("c.jpg", small))
    later.page.get_by_role("button", name="Bring them back").click()
    expect(later.page.locator(".item-name")).to_have_text(["a.jpg", "b.jpg", "c.jpg"])
    expect(later.page.locator("#list button").first).to_be_focused()
    later.show("a.jpg")
    assert later.seen().std() > 10

    later.page.get_by_label("Store in this browser").uncheck()
    expect_counts(later.page, 0, 0, 1)
    later.page.reload()
    expect(later.page.locator("#workspace")).to_be_hidden()
    later.page.close()
    assert later.complaints == []


SLOW = """() => {
  window.released = new Promise((resolve) => (window.release = resolve));
  Object.defineProperty(IDBTransaction.prototype, 'oncomplete', {
    set(listener) {
      const ofRecords = this.mode === 'readwrite' && this.objectStoreNames.contains('photographs');
      this.addEventListener('complete', () => (ofRecords ? window.released : Promise.resolve()).then(listener));
    },
  });
}"""
"""Has the page hear only after `release` that records were written, in JavaScript."""


def test_what_is_put_back_while_its_removal_waits_is_stored(visit: Visit, small: bytes) -> None:
    page = with_one_stored(visit, small)
    page.evaluate(SLOW)
    page.get_by_label("Optic disc").check()
    expect(page.get_by_role("list", name="Legend")).to_be_visible()  # it is being written
    page.get_by_role("button", name="Remove a.jpg").click()
    page.get_by_role("button", name="Undo").click()
    visit.expect_state("a.jpg", "done")
    page.wait_for_timeout(500)  # a copy would be there by now
    page.evaluate("window.release()")
    visit.choose(("b.jpg", small))
    visit.expect_state("b.jpg", "done")
    expect_stored(page, "b.jpg", state="done")  # after everything before it
    expect_stored(page, "a.jpg", state="done")


def test_photographs_that_are_stored_are_not_taken_for_lost_where_the_page_is_incomplete(
    visit: Visit, small: bytes
) -> None:
    page, module = visit.page, "**/js/viewer/wipe.js"
    trouble = page.locator("#loading-trouble")
    page.route(module, lambda route: route.abort())
    with page.expect_event("requestfailed"):
        visit.open()
    page.wait_for_timeout(500)
    expect(trouble).to_be_hidden()  # on a first visit nobody misses anything
    page.unroute(module)
    page.reload()
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    expect_stored(page, "a.jpg", state="done")

    page.route(module, lambda route: route.abort())
    page.reload()
    expect(trouble).to_contain_text("Photographs that this browser stores are still there")
    expect_for_everyone(page)
    page.unroute(module)
    page.context.set_offline(True)
    page.context.set_offline(False)
    visit.expect_state("a.jpg", "done")
    expect(trouble).to_be_hidden()


SLOW_LOCKS = """
  const request = LockManager.prototype.request;
  LockManager.prototype.request = async function (...given) {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return request.apply(this, given);
  };
"""


def test_a_slow_browser_shows_what_it_stores(visit: Visit, small: bytes) -> None:
    page = with_one_stored(visit, small)
    page.add_init_script(SLOW_LOCKS)
    page.reload()
    visit.expect_state("a.jpg", "done")
    expect(page.locator("#earlier")).to_be_hidden()


def test_a_copy_of_a_tab_leaves_the_photographs_to_its_original(visit: Visit, small: bytes) -> None:
    page = with_one_stored(visit, small)
    workspace = page.evaluate("sessionStorage.getItem('retina.workspace')")
    other = Visit(page.context.new_page(), visit.address)
    other.page.add_init_script(f"sessionStorage.setItem('retina.workspace', '{workspace}')")
    other.open().choose(("b.jpg", small))
    other.expect_state("b.jpg", "done")
    expect_stored(other.page, "b.jpg", state="done")
    expect(other.page.locator(".item")).to_have_count(1)
    assert other.page.evaluate("sessionStorage.getItem('retina.workspace')") != workspace
    assert other.complaints == []


def test_a_full_browser_is_reported_and_the_work_goes_on(visit: Visit, small: bytes) -> None:
    visit.page.add_init_script("""
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...given) {
          if (this.name === 'files') throw new DOMException('full', 'QuotaExceededError');
          return put.apply(this, given);
        };
    """)
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    expect(visit.page.locator("#store-trouble")).to_contain_text("There is no room left in this browser")
    visit.page.reload()
    item = visit.expect_state("a.jpg", "refused")
    expect(item.locator(".item-sentence")).to_contain_text("before the photograph had been copied")


STORES_NOTHING = """
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
    Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });
  }
"""
ONCE_ADDED = """
  const request = LockManager.prototype.request;
  LockManager.prototype.request = async function (...given) {
    while (!document.querySelector('.item')) await new Promise((resolve) => setTimeout(resolve, 20));
    return request.apply(this, given);
  };
"""
LOST = "photographs and settings are lost when you reload or leave it"


def test_a_photograph_that_is_opened_late_does_not_replace_what_was_said(visit: Visit) -> None:
    held: list[Route] = []
    visit.page.add_init_script(STORES_NOTHING + ONCE_ADDED)
    page = visit.open(whole=True).page
    page.route("**/samples/retina.jpg", lambda route: held.append(route))
    page.get_by_role("button", name="Try this photograph").click()
    expect(page.get_by_text(LOST)).to_be_visible()
    while len(held) < 2:  # to segment it, and to store it
        page.wait_for_timeout(50)
    for route in held:
        route.continue_()
    visit.expect_state("retina.jpg", "done")
    expect(page.get_by_text(LOST)).to_be_visible()


def test_a_browser_that_stores_nothing_says_so_once_and_the_page_works(visit: Visit, small: bytes) -> None:
    visit.page.add_init_script(STORES_NOTHING)
    page = visit.open().page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    said = page.get_by_text(LOST)
    expect(said).to_be_visible()
    box = page.get_by_role("checkbox", name="Store in this browser")
    expect(box).to_be_disabled()
    expect(box).not_to_be_checked()
    expect(page.locator("#store-note")).to_be_hidden()
    page.get_by_role("button", name="Remove a.jpg").click()
    page.get_by_role("button", name="Undo").click()
    visit.expect_state("a.jpg", "done")
    assert page.get_by_text("stores nothing for this page").count() == 1
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#sign-in-trouble")).to_contain_text("you would not stay signed in")
    page.get_by_label("Language").select_option("de")
    expect(page.locator("html")).to_have_attribute("lang", "de")
