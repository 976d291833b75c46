"""The vessels of a photograph are corrected: by mouse and by keys, undone, kept over a reload, and given away."""

import io
import re
import zipfile
from collections.abc import Callable

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, Route, expect

from e2e.everyone import expect_for_everyone
from e2e.person import sign_up, token
from e2e.visit import PREDICTIONS, Visit, pixels, resembles
from retina.imaging.overlay import VESSEL_COLOUR
from retina.imaging.photograph import Photograph
from support.corrections import files_of, halves
from support.dicom import dicom
from support.specimens import encode


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """A spot of the photograph, 0 to 1, in the window."""
    box = page.locator("#layers").bounding_box()
    assert box
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def stroke(page: Page, *spots: tuple[float, float]) -> None:
    page.mouse.move(*place(page, *spots[0]))
    page.mouse.down()
    for spot in spots[1:]:
        page.mouse.move(*place(page, *spot), steps=4)
    page.mouse.up()


def density(page: Page) -> float:
    """In per cent, as it is beside the brush."""
    found = re.match(r"Vascular density ([\d.]+) %", page.locator("#correct-words").inner_text())
    assert found
    return float(found[1])


def mask(visit: Visit) -> tuple[str, NDArray[np.bool_]]:
    name, data = visit.download(lambda: visit.page.get_by_role("link", name="Vessel mask (PNG)").click())
    return name, np.asarray(Image.open(io.BytesIO(data)).convert("L")) > 127


def begin(page: Page) -> None:
    page.locator("#stage").focus()
    page.keyboard.press("c")
    expect(page.get_by_role("group", name="Correct the vessels")).to_be_visible()
    expect(page.locator("#layer-correction")).to_have_attribute("data-state", "drawn")
    expect(page.locator("#correct-words")).to_contain_text("Vascular density")


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
    expect(page.locator("#facts .headline")).to_contain_text(f"{erased:.1f} %")
    page.unroute(PREDICTIONS)
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("#corrected-words")).to_have_text("The figures are those of the corrected vessels.")
    expect(page.locator("#facts .headline")).to_contain_text(f"{erased:.1f} %")
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
    heads, row = (line.split(",") for line in files.read("vessels.csv").decode().splitlines())
    assert row[heads.index("corrected")] == "yes"
    assert 100 * float(row[heads.index("vascular_density")]) == pytest.approx(erased, abs=0.006)
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_role("main", name="a.jpg")).to_contain_text("Corrected by a person.")


@pytest.mark.parametrize(("name", "side"), [("scan.tif", 2200), ("scan.dcm", 1411)])
def test_what_the_browser_cannot_show_is_seen_as_a_copy_and_corrected(
    visit: Visit, photograph: Photograph, name: str, side: int
) -> None:
    page = visit.page
    held: list[Route] = []
    page.route(PREDICTIONS, lambda route: held.append(route))
    picture = Image.fromarray(photograph.rgb).resize((side, side))
    large = encode(picture, "TIFF") if name.endswith("tif") else dicom(np.asarray(picture))
    assert len(large) > 5 * 2**20  # so it is uploaded first
    visit.open().choose((name, large))

    # before its result
    expect(page.locator("#layer-photograph")).to_be_visible()
    expect(page.locator("#result-title")).to_have_text(name)
    visit.expect_state(name, "segmenting")
    seen = pixels(page.locator("#layer-photograph").screenshot())
    truth = encode(picture, "JPEG")
    assert resembles(seen, pixels(truth, seen.shape[1::-1])) > 0.9
    held[0].continue_()
    page.unroute(PREDICTIONS)

    # with its result
    visit.expect_state(name, "done")
    expect(page.locator("#fallback")).to_contain_text(
        "cannot show this kind of photograph, so you see a JPEG copy of it"
    )
    size = re.compile("2,?048 × 2,?048 pixels")
    for words in ("#fallback", "#download-note"):
        assert bool(size.search(page.locator(words).inner_text())) == (side > 2048)
    page.keyboard.press("1")
    seen = visit.seen()
    assert resembles(seen, pixels(truth, seen.shape[1::-1])) > 0.95
    page.get_by_role("button", name="More layers").click()
    page.locator("#photograph-style").select_option("green")
    expect(page.locator("#layer-grey")).to_be_visible()

    # corrected, at the photograph's own resolution
    _, found = mask(visit)
    assert found.shape == (side, side)
    begin(page)
    before = density(page)
    page.get_by_label("Size").fill("41")
    stroke(page, (0.4, 0.6), (0.7, 0.6))
    assert density(page) > before
    page.locator("#correct-done").click()
    expect(page.locator("#match")).to_have_text("Corrected by you")
    expect(page.locator("#corrected-words")).to_have_text("The figures are those of the corrected vessels.")
    _, corrected = mask(visit)
    changed = corrected != found
    assert changed[round(0.6 * side), round(0.42 * side) : round(0.68 * side)].mean() > 0.5
    visit.opacity(100)
    file, overlay = visit.download(page.get_by_role("button", name="Overlay (PNG)").click)
    assert file == "scan-overlay.png"
    drawn = pixels(overlay)
    assert drawn.shape[:2] == (side, side)
    assert np.abs(drawn[corrected] - VESSEL_COLOUR).max() <= 1
    assert np.abs(drawn[~corrected] - pixels(truth)[~corrected]).mean() < 4
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_role("main", name=name)).to_contain_text("Corrected by a person.")

    # as before after a reload
    page.reload()
    visit.expect_state(name, "done")
    expect(page.locator("#match")).to_have_text("Corrected by you")
    expect(page.locator("#fallback")).to_contain_text("so you see a JPEG copy of it")
    np.testing.assert_array_equal(mask(visit)[1], corrected)
    expect_for_everyone(page)


def test_fingers_and_a_pen_paint_and_a_second_finger_zooms_instead(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True, is_mobile=True)
    page = visit.page
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    begin(page)
    before = density(page)
    hand = page.context.new_cdp_session(page)

    def fingers(kind: str, *spots: tuple[float, float]) -> None:
        at = [place(page, *spot) for spot in spots]
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(at)]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pen(kind: str, spot: tuple[float, float], buttons: int) -> None:
        x, y = place(page, *spot)
        event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1}
        hand.send("Input.dispatchMouseEvent", {**event, "pointerType": "pen"})

    # one finger paints, up and down as well, where the page would scroll
    scrolled = page.evaluate("scrollY")
    fingers("touchStart", (0.5, 0.35))
    for step in range(1, 6):
        fingers("touchMove", (0.5, 0.35 + 0.05 * step))
    fingers("touchEnd")
    painted = density(page)
    assert painted > before + 0.3
    assert page.evaluate("scrollY") == scrolled
    page.locator("#correct-undo").click()
    expect(page.locator("#correct-undo")).to_be_disabled()  # it was one stroke
    assert density(page) == before

    # a second finger takes the stroke back and zooms; lifted again, it leaves no stroke behind
    fingers("touchStart", (0.4, 0.45))
    fingers("touchMove", (0.45, 0.5))
    assert density(page) > before
    fingers("touchStart", (0.45, 0.5), (0.55, 0.5))
    assert density(page) == before
    width = page.locator("#layers").bounding_box()["width"]  # type: ignore[index]
    (left, y), (right, _) = place(page, 0.45, 0.5), place(page, 0.55, 0.5)
    for step in range(1, 6):
        apart = [{"x": left - 10 * step, "y": y, "id": 0}, {"x": right + 10 * step, "y": y, "id": 1}]
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": apart})
    for step in range(3):  # one finger is left
        alone = [{"x": left - 50 + 10 * step, "y": y, "id": 0}]
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": alone})
    fingers("touchEnd")
    assert page.locator("#layers").bounding_box()["width"] > 1.8 * width  # type: ignore[index]
    assert page.evaluate("visualViewport.scale") == 1, "the page itself stays as it is"
    assert density(page) == before
    expect(page.locator("#correct-undo")).to_be_disabled()

    # enlarged, a pen paints, and a finger after it
    pen("mousePressed", (0.45, 0.45), 1)
    for step in range(1, 5):
        pen("mouseMoved", (0.45 + 0.02 * step, 0.45), 1)
    pen("mouseReleased", (0.53, 0.45), 0)
    by_pen = density(page)
    assert by_pen > before
    fingers("touchStart", (0.45, 0.55))
    for step in range(1, 5):
        fingers("touchMove", (0.45 + 0.02 * step, 0.55))
    fingers("touchEnd")
    assert density(page) > by_pen
    page.locator("#correct-done").click()
    expect(page.locator("#match")).to_have_text("Corrected by you")


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


def test_a_segment_gets_another_kind_and_back(visit: Visit, small: bytes) -> None:
    page = visit.page
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    page.get_by_role("button", name="More layers").click()
    page.get_by_label("Vessel segments").check()
    page.get_by_role("button", name="Next segment").click()
    expect(page.locator("#relabel-note")).to_contain_text("Switch on “Arteries and veins”")
    page.get_by_label("Arteries and veins").check()
    expect(page.locator("#layer-kinds")).to_have_attribute("src", re.compile("blob:"))
    page.get_by_role("button", name="Next segment").click()
    group = page.get_by_role("group", name="The chosen segment is")
    pressed = group.locator("[aria-pressed=true]").inner_text()
    other = "Vein" if pressed == "Artery" else "Artery"
    before = page.locator("#layer-kinds").get_attribute("src")
    group.get_by_role("button", name=other).press("Enter")
    expect(group.locator("[aria-pressed=true]")).to_have_text(other)
    expect(page.locator("#segment-words")).to_contain_text(f"{other}: length")
    expect(page.locator("#layer-kinds")).not_to_have_attribute("src", str(before))
    expect(page.locator("#match")).to_have_text("Corrected by you")
    expect_for_everyone(page)
    expect(page.locator("#corrected-words")).to_have_text("The figures are those of the corrected vessels.")
    group.get_by_role("button", name="Undo").click()
    expect(group.locator("[aria-pressed=true]")).to_have_text(pressed)
    expect(page.locator("#match")).not_to_have_text("Corrected by you")


def kinds(visit: Visit) -> NDArray[np.uint8]:
    _, data = visit.download(lambda: visit.page.locator("#download-kinds").click())
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_what_was_relabelled_outlives_a_reload_and_is_discarded_with_the_strokes(visit: Visit, small: bytes) -> None:
    page = visit.page
    group = page.get_by_role("group", name="The chosen segment is")
    undo = group.get_by_role("button", name="Undo")
    measured = "The figures are those of the corrected vessels."

    def choose(number: int) -> None:
        page.get_by_label("Arteries and veins").check()
        if page.get_by_label("Vessel segments").is_hidden():
            page.get_by_role("button", name="More layers").click()
        page.get_by_label("Vessel segments").check()
        for _ in range(number):
            page.get_by_role("button", name="Next segment").click()
        expect(group.locator("[aria-pressed=true]")).to_be_visible()

    def relabel() -> None:
        pressed = group.locator("[aria-pressed=true]").inner_text()
        layer = str(page.locator("#layer-kinds").get_attribute("src"))
        group.get_by_role("button", name="Vein" if pressed == "Artery" else "Artery").click()
        expect(page.locator("#layer-kinds")).not_to_have_attribute("src", layer)
        expect(page.locator("#corrected-words")).to_have_text(measured)

    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    _, found = mask(visit)
    choose(1)
    own = kinds(visit)
    relabel()
    first = kinds(visit)
    assert (first != own).any()
    page.reload()
    visit.expect_state("a.jpg", "done")
    choose(2)
    expect(undo).to_be_disabled()
    relabel()
    assert (kinds(visit) != first).any()
    with page.expect_response(PREDICTIONS) as answered:  # the figures, too, are those of what is shown
        undo.press("Enter")
        expect(undo).to_be_disabled()
        expect(page.locator("#stage")).to_be_focused()
        np.testing.assert_array_equal(kinds(visit), first)
    assert answered.value.json()["correction"]["kinds"] is True
    expect(page.locator("#corrected-words")).to_have_text(measured)

    # after a stroke, what was relabelled on the mask of before cannot be undone on its own
    relabel()
    expect(undo).to_be_enabled()
    begin(page)
    page.get_by_label("Size").fill("15")
    stroke(page, (0.4, 0.6), (0.7, 0.6))
    page.locator("#correct-done").click()
    expect(page.locator("#corrected-words")).to_have_text(measured)
    expect(undo).to_be_hidden()
    _, corrected = mask(visit)
    assert (corrected != found).any()
    np.testing.assert_array_equal(kinds(visit).any(axis=2), corrected)

    # without the strokes it is a correction of kinds alone, which is discarded as well
    begin(page)
    page.locator("#correct-undo").click()
    page.locator("#correct-done").click()
    expect(page.locator("#corrected-words")).to_have_text(measured)
    np.testing.assert_array_equal(mask(visit)[1], found)
    begin(page)
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("button", name="Discard")).to_be_disabled()
    page.locator("#correct-done").click()
    expect(page.locator("#match")).not_to_have_text("Corrected by you")
    expect(page.locator("#layer-kinds")).to_have_attribute("src", re.compile("blob:"))
    name, last = mask(visit)
    assert name == "a-vessels.png"
    np.testing.assert_array_equal(last, found)
    np.testing.assert_array_equal(kinds(visit), own)
