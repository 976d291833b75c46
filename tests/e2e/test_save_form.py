"""Saving a result below it: once, with its labels, and again after an error."""

import io
import re

import httpx
import pytest
from PIL import Image, ImageOps
from playwright.sync_api import APIResponse, Locator, Page, Route, expect

from e2e.everyone import expect_for_everyone
from e2e.person import sign_up, token
from e2e.visit import PREDICTIONS, Holding, Visit
from support.specimens import encode


def proportions(image: Locator) -> float:
    """Width by height, as shown."""
    box = image.bounding_box()
    assert box
    return box["width"] / box["height"]


def test_nothing_is_offered_without_an_account(visit: Visit) -> None:
    page = visit.sample().page
    expect(page.locator("#save")).to_be_hidden()
    expect(page.locator("#promise-saved")).to_be_hidden()


def test_a_photograph_is_saved_below_its_result(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    page = visit.page
    expect(page.get_by_text("Those you save to your history are stored until you delete them.")).to_be_visible()
    wide = encode(ImageOps.pad(Image.open(io.BytesIO(small)), (530, 353)), "JPEG")
    visit.choose(("a.jpg", wide), ("b.jpg", small))
    visit.expect_state("b.jpg", "done")
    visit.show("a.jpg")
    for thumbnail in (visit.item("a.jpg").locator("img"), *page.locator(".findings img").all()):
        assert proportions(thumbnail) == pytest.approx(530 / 353, rel=0.02)
    form = page.locator("#save")
    expect(form).to_contain_text("not a person’s name")
    form.get_by_label("Subject label").fill("P-0123")
    form.get_by_label("Eye").select_option("left")
    form.get_by_label("Note").press_sequentially("1, 2 and 3")
    expect(page.locator("#stage")).to_have_attribute("data-view", "overlay")  # digits are text there
    form.get_by_label("Date taken").fill("2026-05-04")
    expect(form.get_by_label("File name")).to_have_value("a.jpg")
    form.get_by_label("File name").fill("P-0123_left.jpg")
    expect_for_everyone(page)
    form.get_by_role("button", name="Save to history").click()
    expect(page.locator("#saved")).to_be_focused()
    expect(visit.item("a.jpg").locator(".item-state")).to_have_text(re.compile(r"^Done, saved, \w+ quality"))

    visit.show("b.jpg")  # perhaps of somebody else: nothing is filled in without being asked for
    expect(page.locator("#saved")).to_be_hidden()
    for label, value in [("Subject label", ""), ("Date taken", ""), ("Eye", "unknown"), ("Note", "")]:
        expect(form.get_by_label(label)).to_have_value(value)
    expect(form.get_by_label("File name")).to_have_value("b.jpg")
    form.get_by_role("button", name="As for the previous photograph: P-0123, 4 May 2026").click()
    for label, value in [("Subject label", "P-0123"), ("Date taken", "2026-05-04"), ("Eye", "unknown"), ("Note", "")]:
        expect(form.get_by_label(label)).to_have_value(value)
    expect(form.get_by_label("File name")).to_have_value("b.jpg")

    visit.show("a.jpg")
    page.get_by_role("link", name="See it in your history").click()
    expect(page.locator("#result-title")).to_have_text("P-0123, left eye, 4 May 2026")
    expect(page.locator("#details").get_by_label("Note")).to_have_value("1, 2 and 3")
    expect(page.locator("#fact-size")).to_have_text("530 × 353 pixels")
    expect(page.locator("#list a")).to_have_count(1)
    expect(page.locator("#list .item-file")).to_have_text("P-0123_left.jpg")
    thumbnail = page.locator("#list .item-thumbnail")
    assert thumbnail.evaluate("i => i.decode().then(() => i.naturalWidth)") == 128
    assert proportions(thumbnail) == pytest.approx(530 / 353, rel=0.02)
    expect(page.locator("#details").get_by_label("File name")).to_have_value("P-0123_left.jpg")


def test_large_photographs_and_forced_ones_are_saved_too(visit: Visit, sample: bytes) -> None:
    sign_up(visit)
    large = sample + bytes(4 * 2**20 - len(sample) + 1)  # decoders stop at the end of the image
    gradient = encode(Image.linear_gradient("L").convert("RGB"), "PNG")
    visit.choose(("large.jpg", large), ("sea.png", gradient))
    visit.expect_state("sea.png", "refused").get_by_role("button", name="Segment it anyway").click()
    for name in ("large.jpg", "sea.png"):
        visit.expect_state(name, "done")
        visit.show(name)
        visit.page.get_by_role("button", name="Save to history").click()
        expect(visit.page.locator("#saved")).to_be_visible()


def test_a_photograph_is_saved_once_although_the_response_was_lost(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    lost: list[int] = []

    def lose(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    visit.page.route("**/api/v1/predictions", lose)
    visit.page.get_by_role("button", name="Save to history").click()
    expect(visit.page.locator("#save-status")).to_contain_text("Trying again in 2 s")
    expect(visit.page.locator("#saved")).to_be_visible()
    assert lost == [200]
    found = httpx.get(f"{visit.address}/api/v1/predictions", headers=token(visit)).json()["predictions"]
    assert len(found) == 1


def test_after_an_error_while_saving_the_user_can_try_again(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    visit.page.route("**/api/v1/predictions", lambda route: route.abort())
    visit.page.get_by_role("button", name="Save to history").click()
    expect(visit.page.locator("#save-trouble")).to_contain_text("cannot be reached")
    expect(visit.page.get_by_role("button", name="Save to history")).to_be_focused()
    visit.page.unroute("**/api/v1/predictions")
    visit.page.get_by_role("button", name="Save to history").click()
    expect(visit.page.locator("#saved")).to_be_visible()
    expect(visit.page.locator("#save-trouble")).to_be_hidden()


def test_what_went_wrong_with_one_photograph_is_said_beside_that_one_alone(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    page, hold = visit.page, Holding()
    visit.choose(("a.jpg", small), ("b.jpg", small))
    for name in ("a.jpg", "b.jpg"):
        visit.expect_state(name, "done")
    visit.show("a.jpg")
    trouble, status = page.locator("#save-trouble"), page.locator("#save-status")
    page.route(PREDICTIONS, hold)
    page.get_by_role("button", name="Save to history").click()
    visit.show("b.jpg")
    while not hold.held:
        page.wait_for_timeout(50)
    hold.held[0].fulfill(status=409, json={"code": "history_full", "detail": "The history is full."})
    expect(page.locator("#announcement")).to_have_text("a.jpg: not saved.")
    expect(trouble).to_be_hidden()
    expect(status).to_be_empty()
    expect(page.get_by_role("button", name="Save to history")).to_be_enabled()
    visit.show("a.jpg")
    expect(trouble).to_have_text("The history is full.")
    visit.show("b.jpg")
    expect(trouble).to_be_hidden()
    hold.on = False
    visit.show("a.jpg")
    page.get_by_role("button", name="Save to history").click()
    expect(page.locator("#saved")).to_be_focused()
    expect(trouble).to_be_hidden()


def test_each_photograph_is_saved_by_itself(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    page, hold = visit.page, Holding()
    names = ("a.jpg", "b.jpg", "c.jpg")
    visit.choose(*((name, small) for name in names))
    for name in names:
        visit.expect_state(name, "done")
    save, trouble = page.get_by_role("button", name="Save to history"), page.locator("#save-trouble")
    page.route(PREDICTIONS, hold)
    for number, name in enumerate(names):
        visit.show(name)
        page.get_by_label("Subject label").fill(name)
        save.click()
        expect(save).to_be_disabled()
        while len(hold.held) <= number:
            page.wait_for_timeout(50)
    visit.show("a.jpg")
    expect(save).to_be_disabled()
    for route, words in zip(hold.held, ("The history is full.", "The line is busy."), strict=False):
        route.fulfill(status=409, json={"code": "history_full", "detail": words})
    expect(save).to_be_enabled()
    expect(trouble).to_have_text("The history is full.")
    visit.show("b.jpg")
    expect(save).to_be_enabled()
    expect(trouble).to_have_text("The line is busy.")
    visit.show("c.jpg")
    expect(save).to_be_disabled()
    expect(trouble).to_be_hidden()
    hold.held[2].continue_()
    expect(page.locator("#saved")).to_be_focused()
    hold.on = False
    visit.show("a.jpg")
    save.click()
    expect(page.locator("#saved")).to_be_focused()
    expect(visit.item("b.jpg").locator(".item-state")).not_to_contain_text("saved")


def waiting_in_save_all(visit: Visit, small: bytes) -> Holding:
    """Of two photographs, “Save to history” is sending the first, which “Save all…” waits for."""
    sign_up(visit)
    page, hold = visit.page, Holding()
    visit.choose(("P1_left.jpg", small), ("P2_left.jpg", small))
    for name in ("P1_left.jpg", "P2_left.jpg"):
        visit.expect_state(name, "done")
    page.route(PREDICTIONS, hold)
    visit.show("P1_left.jpg")
    page.get_by_role("button", name="Save to history").click()
    while not hold.held:
        page.wait_for_timeout(50)
    page.locator("#save-all-open").click()
    page.locator("#save-all-start").click()
    expect(page.locator("#save-all-status")).to_contain_text("Saving 1 of 2")
    return hold


def test_what_one_button_is_saving_another_one_does_not_save_again(visit: Visit, small: bytes) -> None:
    page, hold = visit.page, waiting_in_save_all(visit, small)
    hold.on = False
    hold.held[0].continue_()
    expect(page.locator("#save-all-status")).to_have_text("2 photographs saved. Open your history")
    page.locator("#save-all-close").click()
    page.goto(page.url + "history.html")
    expect(page.locator("#list a")).to_have_count(2)


def closed_and_opened_again(page: Page) -> None:
    page.locator("#save-all-close").click()
    expect(page.locator("#save-all")).to_be_hidden()
    page.locator("#save-all-open").click()
    expect(page.locator("#save-all-start")).to_have_text("Save 2 photographs")
    assert page.locator("#save-all-start").is_enabled()
    expect(page.locator("#save-all-status")).to_be_empty()


def expect_saved_once(visit: Visit) -> None:
    """Each of the two photographs."""
    found = httpx.get(f"{visit.address}/api/v1/predictions", headers=token(visit)).json()["predictions"]
    assert len(found) == 2
    assert "P2" in [record["subject"] for record in found]


def test_a_dialog_that_was_closed_while_it_waited_can_be_used_at_once(visit: Visit, small: bytes) -> None:
    page, hold = visit.page, waiting_in_save_all(visit, small)
    closed_and_opened_again(page)
    page.locator("#save-all-start").click()
    expect(page.locator("#save-all-status")).to_contain_text("Saving 1 of 2")
    hold.on = False
    hold.held[0].continue_()
    expect(page.locator("#save-all-status")).to_have_text("2 photographs saved. Open your history")
    expect_saved_once(visit)


def test_what_is_saved_meanwhile_leaves_the_dialog(visit: Visit, small: bytes) -> None:
    page, hold = visit.page, waiting_in_save_all(visit, small)
    closed_and_opened_again(page)
    hold.on = False
    hold.held[0].continue_()
    expect(page.locator("#save-all-status")).to_have_text("1 photograph saved. Open your history")
    page.get_by_role("button", name="Save 1 photograph", exact=True).click()
    expect(page.locator("#save-all-rows tr")).to_have_count(0)
    expect_saved_once(visit)


def test_what_is_being_sent_when_the_dialog_is_closed_is_saved_once(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    page, answered = visit.page, list[tuple[Route, APIResponse]]()
    visit.choose(("P1_left.jpg", small), ("P2_left.jpg", small))
    for name in ("P1_left.jpg", "P2_left.jpg"):
        visit.expect_state(name, "done")
    page.route(PREDICTIONS, lambda route: answered.append((route, route.fetch())), times=1)
    page.locator("#save-all-open").click()
    page.locator("#save-all-start").click()
    while not answered:  # the service has saved it, and the page does not know yet
        page.wait_for_timeout(50)
    closed_and_opened_again(page)
    page.locator("#save-all-start").click()
    route, answer = answered[0]
    route.fulfill(response=answer)
    expect(page.locator("#save-all-status")).to_have_text("2 photographs saved. Open your history")
    expect_saved_once(visit)
