"""The vessels of a photograph are corrected: by mouse and by keys, undone, kept over a reload, and given away."""

import csv
import io
import zipfile

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from e2e.correcting import begin, density, expect_headline, kinds, mask, place, stroke
from e2e.everyone import expect_for_everyone
from e2e.person import sign_up, token
from e2e.visit import PREDICTIONS, Holding, Visit, resize, settle
from support.corrections import files_of, halves


def test_vessels_are_corrected_undone_stored_and_given_away(visit: Visit, small: bytes) -> None:
    page = visit.page
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    name, found = mask(visit)
    assert name == "a-vessels.png"
    begin(page)
    before = density(page)

    # by mouse: a line, the corner of the photograph, which is not in the field of view, and undone by key
    page.get_by_label("Size").fill("15")
    stroke(page, (0.4, 0.6), (0.7, 0.6))
    painted = density(page)
    assert painted > before + 0.5
    stroke(page, (0.01, 0.01), (0.05, 0.01))
    assert density(page) == painted, "nothing is painted outside the field of view"
    page.keyboard.press("Control+z")
    assert density(page) == before
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    assert density(page) == painted

    # by keys: the eraser, smaller, and a line of it while Space is held
    page.mouse.move(*place(page, 0.55, 0.6))
    page.locator("#stage").focus()
    page.keyboard.press("e")
    page.keyboard.press("[")
    expect(page.get_by_label("Size")).to_have_value("13")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.down(" ")
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    page.keyboard.up(" ")
    erased = density(page)
    assert erased < painted
    expect(page.locator("#correct-spoken")).to_contain_text(f"{erased:.2f} %")
    expect_for_everyone(page)

    # discarding is a change like others
    page.get_by_role("button", name="Discard").click()
    assert density(page) == before
    expect(page.get_by_role("button", name="Discard")).to_be_disabled()
    page.get_by_role("button", name="Undo").click()
    assert density(page) == erased

    # the other figures follow when it is done, and can be asked for again if that fails
    page.route(PREDICTIONS, lambda route: route.abort())
    page.locator("#correct-done").click()
    expect(page.locator("#match")).to_have_text("Corrected by you")
    expect(page.locator("#marks-trouble")).to_contain_text("cannot be reached")
    expect(page.locator("#corrected-words")).to_contain_text("The other figures follow")
    expect_headline(page, erased)
    page.unroute(PREDICTIONS)
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("#corrected-words")).to_have_text("The figures are those of the corrected vessels.")
    expect_headline(page, erased)
    name, corrected = mask(visit)
    assert name == "a-vessels-corrected.png"
    expect(visit.item("a.jpg").locator(".item-state")).to_contain_text("Done, corrected, ")
    page.get_by_role("button", name="Probability").click()
    page.locator("#stage").hover()
    expect(page.locator("#readout")).to_contain_text("network’s probability, whatever was corrected")
    page.get_by_role("button", name="Probability").click()
    changed = corrected != found
    height, width = changed.shape
    assert changed[int(0.6 * height), int(0.42 * width) : int(0.5 * width)].mean() > 0.5
    assert not changed[: height // 4].any()

    page.reload()
    visit.expect_state("a.jpg", "done")
    expect(page.locator("#match")).to_have_text("Corrected by you")
    np.testing.assert_array_equal(mask(visit)[1], corrected)
    page.get_by_role("button", name="Show the model’s vessels").click()
    expect(page.locator("#layer-vessels")).to_have_attribute("data-state", "drawn")
    expect_for_everyone(page)
    begin(page)
    assert density(page) == erased
    page.keyboard.press("Escape")

    _, data = visit.download(lambda: page.get_by_role("button", name="Everything (ZIP)").click())
    files = zipfile.ZipFile(io.BytesIO(data))
    own = np.asarray(Image.open(files.open("pictures/a-vessels-model.png")).convert("L")) > 127
    np.testing.assert_array_equal(own, found)
    theirs = np.asarray(Image.open(files.open("pictures/a-vessels.png")).convert("L")) > 127
    np.testing.assert_array_equal(theirs, corrected)
    [row] = csv.DictReader(io.StringIO(files.read("vessels.csv").decode("utf-8-sig")))
    assert row["corrected"] == "yes"
    assert 100 * float(row["vascular_density"]) == pytest.approx(erased, abs=0.006)
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_role("main", name="a.jpg")).to_contain_text("Corrected by a person.")


def test_a_corrected_photograph_is_saved_and_exported_as_a_training_set(visit: Visit, small: bytes) -> None:
    address = sign_up(visit)
    page = visit.page
    visit.choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    begin(page)
    stroke(page, (0.4, 0.6), (0.7, 0.6))
    page.locator("#correct-done").click()
    expect(page.locator("#corrected-words")).to_have_text("The figures are those of the corrected vessels.")
    _, corrected = mask(visit)
    page.get_by_role("button", name="Save to history").click()
    expect(page.locator("#saved")).to_be_visible()
    later = page.get_by_role("button", name="Save the correction, too")
    expect(later).to_be_hidden()
    begin(page)
    stroke(page, (0.4, 0.4), (0.6, 0.4))
    page.locator("#correct-done").click()
    later.click()
    expect(later).to_be_hidden()
    _, corrected = mask(visit)
    link = page.get_by_role("link", name="See it in your history")
    begin(page)
    page.get_by_role("button", name="Discard").click()
    page.locator("#correct-done").click()
    expect(page.locator("#saved-discarded")).to_be_visible()
    expect(page.locator("#saved-discarded")).to_contain_text("discarded here")
    begin(page)
    page.locator("#correct-undo").click()
    page.locator("#correct-done").click()
    expect(page.locator("#saved-discarded")).to_be_hidden()
    link.click()
    expect(page.locator("#match")).to_have_text("Corrected by you")
    np.testing.assert_array_equal(mask(visit)[1], corrected)
    expect(page.get_by_role("button", name="Show the model’s vessels")).to_be_visible()
    expect(page.locator("#list .item-state").first).to_contain_text(", corrected")

    page.get_by_role("button", name="Training set of corrections (ZIP)").click()
    _, data = visit.download(page.get_by_role("button", name="Download the ZIP").click)
    files = zipfile.ZipFile(io.BytesIO(data))
    assert {name.split("/")[0] for name in files.namelist()} >= {"images", "vessels", "split.csv"}
    assert address in files.read("corrections.csv").decode()

    # the network's arteries and veins are not those of the corrected vessels; a person's are shown instead
    page.get_by_label("Arteries and veins").check()
    expect(page.locator("#marks-trouble")).to_contain_text("without saying which are arteries")
    expect(page.locator("#download-kinds")).to_be_hidden()
    record = page.url.rpartition("#")[2]
    sent = httpx.put(
        f"{visit.address}/api/v1/predictions/{record}/correction",
        files=files_of(corrected, *halves(corrected)),
        headers=token(visit),
        timeout=30,
    )
    sent.raise_for_status()
    page.reload()
    page.get_by_label("Arteries and veins").check()
    expect(page.locator("#download-kinds")).to_be_visible()
    arteries, veins = halves(corrected)
    shown = kinds(visit)
    np.testing.assert_array_equal((shown == (255, 0, 0)).all(axis=2), arteries)
    np.testing.assert_array_equal((shown == (0, 0, 255)).all(axis=2), veins)
    np.testing.assert_array_equal(shown.any(axis=2), corrected)

    # the correction alone is deleted, and nothing else
    page.get_by_role("button", name="Delete the correction…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("#details-status")).to_contain_text("1 correction")
    expect(page.locator("#match")).not_to_have_text("Corrected by you")
    expect(page.get_by_role("button", name="Delete the correction…")).to_be_hidden()
    expect_for_everyone(page)


def test_the_photograph_keeps_its_size_and_one_message_says_what_is_waited_for(visit: Visit, small: bytes) -> None:
    page, stage = visit.page, visit.page.locator("#stage")
    hold = Holding(on=False)
    page.route(PREDICTIONS, hold)
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    for width, height in ((1440, 900), (1920, 700), (1024, 768), (1280, 700)):
        resize(page, {"width": width, "height": height})
        before = stage.bounding_box()
        hold.on = True
        stage.focus()
        page.keyboard.press("c")
        words = page.get_by_text("the field of view…").filter(visible=True)
        expect(words).to_have_text("Getting the field of view…")
        settle(page)
        expect(words).to_have_count(1)
        expect(page.locator("#marks-status")).to_be_empty()
        assert stage.bounding_box() == before
        page.keyboard.press("Escape")
    hold.on = False
    begin(page)
    assert stage.bounding_box() == before
    stroke(page, (0.4, 0.6), (0.7, 0.6))
    expect(page.locator("#correct-words")).to_contain_text(", model ")
    assert stage.bounding_box() == before
    column, place = page.locator("#correct").bounding_box(), page.locator("#correct-done").bounding_box()
    assert column
    assert place
    assert place["y"] + place["height"] <= column["y"] + column["height"], "the last button is seen, too"
    expect_for_everyone(page)
