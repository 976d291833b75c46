"""A line of 1.6 Mbit/s, both ways, with 150 ms to the server and back."""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from e2e.visit import Visit
from retina.imaging.photograph import Photograph
from support.specimens import encode

BYTES_PER_SECOND = 1.6e6 / 8
STATES = """() => {
  window.states = [];
  const seen = () => window.states.push(...[...document.querySelectorAll('.item-state')].map((e) => e.textContent));
  const changes = {subtree: true, childList: true, characterData: true};
  new MutationObserver(seen).observe(document.querySelector('#list'), changes);
}"""
SENDING = re.compile(r"^Sending [\d.]+\s[KM]iB of [\d.]+\s[KM]iB…$")


@pytest.fixture
def slow(visit: Visit) -> Visit:
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Network.enable")
    line = {"offline": False, "latency": 150, "downloadThroughput": BYTES_PER_SECOND}
    session.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": BYTES_PER_SECOND})
    return visit


def test_the_sample_is_sent_with_progress_in_bytes_and_a_large_one_can_be_stopped(slow: Visit) -> None:
    page = slow.open().page
    page.evaluate(STATES)
    page.get_by_role("button", name="Try this photograph").click()  # while the rest of the page is still on its way
    slow.expect_state("retina.jpg", "done")
    expect(page.locator("#result-title")).to_have_text("retina.jpg")
    sending = {state for state in page.evaluate("window.states") if SENDING.match(state)}
    assert len(sending) > 2, page.evaluate("window.states")

    noise = np.random.default_rng(1).integers(0, 255, (1000, 1000, 3), np.uint8)
    slow.choose(("large.png", encode(Image.fromarray(noise), "PNG")))
    item = slow.expect_state("large.png", "segmenting")
    expect(item.locator(".item-state")).to_have_text(SENDING)
    page.get_by_role("button", name="Stop", exact=True).click()
    slow.expect_state("large.png", "refused")
    expect(item.locator(".item-sentence")).to_have_text("You stopped it before it was segmented.")
    page.wait_for_timeout(500)  # nor does anything come of it later
    slow.expect_state("large.png", "refused")
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(0)


def test_a_smaller_copy_is_sent_if_somebody_says_so(slow: Visit, photograph: Photograph) -> None:
    large = encode(Image.fromarray(photograph.rgb).resize((2200, 2200)), "BMP")
    page = slow.open(whole=True).page
    slow.choose(("eye.bmp", large))
    offer = page.get_by_role("button", name="Send a smaller copy of eye.bmp")
    expect(offer).to_be_visible()
    page.evaluate(
        "() => { window.bitmap = createImageBitmap; createImageBitmap = () => Promise.reject(new Error('full')); }"
    )
    offer.click()
    expect(page.locator(".item-copy-trouble")).to_have_text(
        "This browser could not make a smaller copy. The photograph itself is still being sent."
    )
    expect(offer).to_be_enabled()
    page.evaluate("() => { createImageBitmap = window.bitmap; }")
    offer.click()
    slow.expect_state("eye, reduced from 2200 × 2200.jpg", "done")
    expect(page.locator("#result-title")).to_have_text("eye, reduced from 2200 × 2200.jpg")
    expect(page.locator("#fact-size")).to_have_text("2048 × 2048 pixels")
    expect(page.locator(".item")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    slow.expect_state("eye.bmp", "segmenting")
