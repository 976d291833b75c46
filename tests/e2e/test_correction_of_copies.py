"""What the browser cannot show is corrected on a copy; fingers and a pen paint."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from e2e.correcting import begin, density, mask, place, stroke
from e2e.everyone import expect_for_everyone
from e2e.visit import PREDICTIONS, Visit, painted, pixels, resembles
from retina.imaging.overlay import VESSEL_COLOUR
from retina.imaging.photograph import Photograph
from support.dicom import dicom
from support.specimens import encode


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
    seen = pixels(painted(page.locator("#layer-photograph")))
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

    # enlarged, a pen paints; the hand that rests beside it neither paints, nor takes the stroke back, nor moves it all
    box = page.locator("#layers").bounding_box()
    pen("mousePressed", (0.45, 0.45), 1)
    pen("mouseMoved", (0.49, 0.45), 1)
    by_pen = density(page)
    fingers("touchStart", (0.55, 0.6))
    fingers("touchMove", (0.5, 0.55))
    assert density(page) == by_pen > before
    pen("mouseMoved", (0.53, 0.45), 1)
    pen("mouseReleased", (0.53, 0.45), 0)
    fingers("touchMove", (0.45, 0.5))
    fingers("touchEnd")
    assert page.locator("#layers").bounding_box() == box
    by_pen, of_half = density(page), by_pen
    assert by_pen > of_half

    # a finger paints again once the hand is away, and can undo at once
    page.wait_for_timeout(600)
    fingers("touchStart", (0.45, 0.55))
    for step in range(1, 5):
        fingers("touchMove", (0.45 + 0.02 * step, 0.55))
    fingers("touchEnd")
    page.locator("#correct-undo").tap()
    assert density(page) == by_pen
    page.locator("#correct-done").click()
    expect(page.locator("#match")).to_have_text("Corrected by you")
