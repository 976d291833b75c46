"""How the photograph and its vessels are drawn, and the threshold that is moved in the browser."""

import base64
import re

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from e2e.everyone import expect_for_everyone
from e2e.visit import Visit
from retina.imaging.overlay import VESSEL_COLOUR

COPIED = """() => {
  const layer = document.getElementById("layer-vessels");
  const copy = Object.assign(document.createElement("canvas"), {width: layer.width, height: layer.height});
  copy.getContext("2d").drawImage(layer, 0, 0);
  return copy.toDataURL().split(",")[1];
}"""

SLOWLY = """() => {
  const real = createImageBitmap;
  window.createImageBitmap = (...all) => new Promise((resolve) => setTimeout(() => resolve(real(...all)), 1000));
}"""


def white(visit: Visit) -> int:
    """Pixels of the screen that are vessel, where only vessels are seen."""
    return int(np.count_nonzero(visit.seen()[..., 0] > 127))


def drawn(visit: Visit) -> bytes:
    """The layer of vessels, PNG. On the screen it may lie a fraction of a pixel elsewhere than before."""
    return base64.b64decode(visit.page.evaluate(COPIED))


def opened(visit: Visit, small: bytes) -> Page:
    visit.open().choose(("a.jpg", small))
    visit.expect_state("a.jpg", "done")
    expect(visit.page.locator("#result")).to_be_visible()
    visit.page.get_by_role("button", name="More layers").click()
    return visit.page


def density(page: Page) -> float:
    """In per cent, as the threshold's note says it."""
    note = page.locator("#threshold-note")
    expect(note).to_contain_text("Vascular density")
    found = re.search(r"density ([\d.]+)\s%", note.inner_text())
    assert found
    return float(found[1])


def test_vessels_are_drawn_in_four_ways(visit: Visit, small: bytes) -> None:
    page = opened(visit, small)
    page.keyboard.press("3")
    page.get_by_role("button", name="1:1").click()
    filled = white(visit)
    page.get_by_role("combobox", name="Vessels").select_option("outline")
    outline = white(visit)
    page.get_by_role("combobox", name="Vessels").select_option("centre-lines")
    assert 0 < white(visit) < outline < filled
    page.evaluate(SLOWLY)  # until then the layer is not drawn
    page.get_by_role("combobox", name="Vessels").select_option("probability")
    expect(page.locator("#marks-status")).to_be_empty()
    assert np.ptp(visit.seen(), axis=2).max() > 60, "the heat map has colours"


def test_the_threshold_moves_mask_and_density_at_once(visit: Visit, small: bytes) -> None:
    page = opened(visit, small)
    own = float(page.locator("#fact-threshold").inner_text())
    page.keyboard.press("3")
    before, mask = white(visit), drawn(visit)
    slider = page.get_by_label("Threshold")
    expect(page.locator("#threshold-note")).to_be_empty()
    slider.fill("0.9")
    high = density(page)
    assert white(visit) < before
    assert drawn(visit) != mask
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    slider.fill("0.05")
    expect(page.locator("#threshold-note")).to_contain_text("at 0.05.")
    assert density(page) > high
    assert white(visit) > before
    slider.fill(str(own))
    expect(page.locator("#threshold-note")).to_contain_text(f"at {own:.2f}.")
    service = float(page.locator("#facts .headline dd").first.inner_text().split()[0])
    assert abs(density(page) - service) <= 0.1
    assert [url for url in sent if "/api/" in url] == [], "the service is not asked again"
    expect_for_everyone(page)
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#threshold-note")).to_be_empty()
    expect(slider).to_be_focused()
    assert abs(white(visit) - before) < before / 20
    assert drawn(visit) == mask


def test_red_free_and_equalised(visit: Visit, small: bytes) -> None:
    page = opened(visit, small)
    page.keyboard.press("1")

    def drawn(style: str) -> NDArray[np.float32]:
        page.get_by_role("combobox", name="Photograph").select_option(style)
        grey = page.locator("#layer-grey")
        expect(grey).to_be_visible()
        expect(grey).to_have_attribute("data-state", "drawn")
        return visit.seen()

    red_free, equalised = drawn("green"), drawn("equalised")
    assert np.ptp(red_free, axis=2).max() <= 2
    assert equalised.std() > red_free.std()
    page.keyboard.press("2")
    visit.opacity(100)
    assert np.abs(visit.seen() - VESSEL_COLOUR).max(axis=2).min() < 12, "vessels over grey"
    page.reload()
    expect(page.locator("#layer-grey")).to_be_visible()
