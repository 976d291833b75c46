"""The main page: a photograph goes in, the result is shown and downloaded."""

import io
import re
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from e2e.everyone import expect_for_everyone
from e2e.visit import Visit, pixels, resembles
from retina.imaging.arrays import Rgb
from retina.imaging.overlay import VESSEL_COLOUR
from retina.imaging.photograph import Photograph
from support.specimens import encode, oriented
from support.tables import rows_of


@pytest.fixture(scope="module")
def clipped(photograph: Photograph) -> Rgb:
    """The sample without its lowest fifth, uint8[564,706,3]: no two orientations of it look alike."""
    return np.ascontiguousarray(photograph.rgb[::2, ::2][:564])


@pytest.fixture(scope="module")
def landscape() -> bytes:
    """What is no fundus photograph: a blue and green gradient with grain."""
    y, x = np.mgrid[:200, :300]
    grain = np.random.default_rng(1).integers(0, 60, x.shape)
    return encode(Image.fromarray(np.stack([60 + x // 10, 90 + y // 4, 170 + grain], 2).astype(np.uint8)), "PNG")


def test_sample(visit: Visit) -> None:
    page = visit.open().page
    expect(page.get_by_text("The service keeps no photographs.").first).to_be_visible()
    expect(page.get_by_text("Not a medical device, not for diagnosis.")).to_be_visible()
    visit.sample()
    facts = page.locator("#facts")
    for words in ("1411 × 1411 pixels", "% of the field of view", "round, 1391 × 1396 pixels"):
        expect(facts).to_contain_text(words)
    for image in ("#preview-original", "#preview-prediction"):
        size = page.locator(image).evaluate("i => i.decode().then(() => [i.naturalWidth, i.naturalHeight])")
        assert size == [128, 128]
    expect(page.locator("#announcement")).to_have_text("retina.jpg: done.")
    expect(page.locator("#warning-view")).to_be_hidden()


def test_several_files_keep_their_places(visit: Visit, small: bytes) -> None:
    broken = small[: len(small) // 2]
    visit.open().choose(("a.jpg", small), ("broken.jpg", broken), ("notes.txt", b"no photograph"), ("b.jpg", small))
    for name in ("a.jpg", "b.jpg"):
        visit.expect_state(name, "done")
    for name, sentence in (("broken.jpg", "damaged, incomplete"), ("notes.txt", "not an image")):
        item = visit.expect_state(name, "refused")
        expect(item.locator(".item-sentence")).to_contain_text(sentence)
        expect(item.get_by_role("button", name="Try")).to_have_count(0)
    expect(visit.page.locator(".item-name")).to_have_text(["a.jpg", "broken.jpg", "notes.txt", "b.jpg"])
    expect(visit.page.locator("#summary")).to_have_text("2 of 4 done, 2 not segmented")

    name, data = visit.download(visit.page.get_by_role("button", name="Table (CSV)").click)
    rows = rows_of(data)
    assert name == "vessels.csv"
    assert [row["file"] for row in rows] == ["a.jpg", "broken.jpg", "notes.txt", "b.jpg"]
    assert [row["code"] for row in rows] == ["", "photograph_unreadable", "unsupported_media_type", ""]
    assert 0 < float(rows[0]["vascular_density"]) < 0.5


def test_drop_of_files_and_a_folder(visit: Visit, small: bytes, tmp_path: Path) -> None:
    (tmp_path / "visit" / "left").mkdir(parents=True)
    for path in ("one.jpg", "visit/two.jpg", "visit/left/three.jpg"):
        (tmp_path / path).write_bytes(small)
    visit.open().drop(tmp_path / "one.jpg", tmp_path / "visit")
    for name in ("one.jpg", "visit/two.jpg", "visit/left/three.jpg"):
        visit.expect_state(name, "done")
    expect(visit.page.locator(".item")).to_have_count(3)


def test_paste(visit: Visit, small: bytes) -> None:
    visit.open().paste()
    expect(visit.page.locator("#announcement")).to_have_text("There is no photograph on the clipboard.")
    visit.paste("image.jpg", small)
    visit.expect_state("image.jpg", "done")


def test_opacity(visit: Visit, photograph: Photograph) -> None:
    visit.sample()
    mask = visit.download(visit.page.get_by_role("link", name="Vessel mask").click)[1]
    blue = []
    for percent in (0, 50, 100):
        visit.opacity(percent)
        seen = visit.seen()
        on_vessels = pixels(mask, seen.shape[1::-1])[..., 0] > 250
        blue.append(float(seen[on_vessels][:, 2].mean()))
        saved = pixels(visit.download(visit.page.get_by_role("button", name="Overlay (PNG)").click)[1])
        vessels = pixels(mask)[..., 0] > 0
        expected = photograph.rgb[vessels] * (1 - percent / 100) + np.array(VESSEL_COLOUR) * percent / 100
        assert np.abs(saved[vessels] - expected).mean() < 4
    assert blue[0] + 50 < blue[1] < blue[2] - 50
    visit.opacity(0)
    nothing = visit.seen()
    visit.page.keyboard.press("1")
    assert np.abs(visit.seen() - nothing).max() <= 1


@pytest.mark.parametrize("orientation", [3, 6])
def test_vessels_line_up_on_screen_and_in_downloads(visit: Visit, clipped: Rgb, orientation: int) -> None:
    """Also where the camera only noted how the photograph is to be turned."""
    visit.open().choose(("turned.jpg", oriented(clipped, orientation)))
    visit.expect_state("turned.jpg", "done")
    visit.opacity(100)
    mask_name, mask = visit.download(visit.page.get_by_role("link", name="Vessel mask").click)
    overlay_name, overlay = visit.download(visit.page.get_by_role("button", name="Overlay (PNG)").click)
    assert (mask_name, overlay_name) == ("turned-vessels.png", "turned-overlay.png")
    assert Image.open(io.BytesIO(mask)).size == Image.open(io.BytesIO(overlay)).size == (706, 564)

    vessels, saved = pixels(mask)[..., 0] > 0, pixels(overlay)
    assert 0.02 < vessels.mean() < 0.3
    assert np.abs(saved[vessels] - VESSEL_COLOUR).max() <= 1
    assert np.abs(saved[~vessels] - clipped[~vessels]).mean() < 4

    seen = visit.seen()
    size = seen.shape[1::-1]
    assert resembles(seen, pixels(overlay, size)) > 0.95
    visit.page.keyboard.press("3")
    assert resembles(visit.seen(), pixels(mask, size)) > 0.9
    visit.page.keyboard.press("1")
    assert resembles(visit.seen(), pixels(encode(Image.fromarray(clipped), "PNG"), size)) > 0.97


def test_without_a_copy_the_server_draws_what_the_browser_cannot_show(visit: Visit, small_rgb: Rgb) -> None:
    visit.without_copies()
    with visit.page.expect_request("**/api/v1/previews"):
        visit.open().choose(("scan.tif", encode(Image.fromarray(small_rgb), "TIFF")))
        visit.expect_state("scan.tif", "done")
    expect(visit.page.locator("#fallback")).to_contain_text("Your browser cannot show this kind of photograph")
    expect(visit.page.get_by_role("radio", name="Photograph")).to_be_disabled()
    readout = visit.page.locator("#readout")
    for tool, reason in (("wipe", "there is nothing to wipe"), ("correct", "its vessels cannot be corrected here")):
        button = visit.page.locator(f"#tool-{tool}")
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description(re.compile(reason))
        button.click(force=True)  # as a finger does, which sees no description
        expect(readout).to_contain_text(reason)
        expect(visit.page.locator("#readout-spoken")).to_contain_text(reason)
    visit.page.keyboard.press("w")
    expect(readout).to_contain_text("there is nothing to wipe")
    expect_for_everyone(visit.page)
    expect(visit.page.locator("#opacity")).to_be_disabled()
    name, overlay = visit.download(visit.page.get_by_role("button", name="Overlay (JPEG)").click)
    assert name == "scan-overlay.jpg"
    seen = visit.seen()
    assert resembles(seen, pixels(overlay, seen.shape[1::-1])) > 0.97


def test_no_fundus_photograph(visit: Visit, landscape: bytes) -> None:
    visit.open().choose(("sea.png", landscape))
    item = visit.expect_state("sea.png", "refused")
    item.get_by_role("button", name="Segment it anyway").click()
    visit.expect_state("sea.png", "done")
    expect(visit.page.locator(".warning", has_text="does not look like a fundus photograph")).to_be_visible()


def test_a_retina_that_fills_the_frame(visit: Visit, small_rgb: Rgb) -> None:
    crop = encode(Image.fromarray(np.ascontiguousarray(small_rgb[90:260, 90:260])), "PNG")
    visit.open().choose(("crop.png", crop))
    visit.expect_state("crop.png", "done")
    expect(visit.page.locator(".warning", has_text="No round field of view was found")).to_be_visible()


def test_a_photograph_too_large_is_refused_before_sending(visit: Visit, tmp_path: Path) -> None:
    with (tmp_path / "huge.tif").open("wb") as huge:
        huge.truncate(50 * 2**20 + 1)
    sent: list[str] = []
    visit.page.on("request", lambda request: sent.append(request.url))
    visit.open().page.set_input_files("#files", tmp_path / "huge.tif")
    expect(visit.expect_state("huge.tif", "refused").locator(".item-sentence")).to_contain_text("retina segment")
    assert not [url for url in sent if url.endswith(("/predictions", "/uploads"))]


def test_a_photograph_too_large_for_one_request_is_uploaded(visit: Visit, sample: bytes) -> None:
    padded = sample + bytes(4 * 2**20 - len(sample) + 1)  # decoders stop at the end of the image
    sent: list[str] = []
    visit.page.on("request", lambda request: sent.append(f"{request.method} {urlsplit(request.url).path}"))
    visit.open().choose(("large.jpg", padded))
    visit.expect_state("large.jpg", "done")
    posts = [request for request in sent if request.startswith("POST")]
    assert posts == ["POST /api/v1/uploads", "POST /uploads", "POST /api/v1/predictions"]


def test_removed_results_are_released(visit: Visit) -> None:
    page = visit.sample().page
    url = page.locator("#download-mask").get_attribute("href")
    shows = "url => { const i = new Image(); i.src = url; return i.decode().then(() => true, () => false); }"
    assert page.evaluate(shows, url)
    page.get_by_role("button", name="Remove retina.jpg").click()
    expect(page.locator("#workspace")).to_be_hidden()
    expect(page.locator("#files")).to_be_focused()
    page.get_by_role("button", name="Dismiss").click()
    assert not page.evaluate(shows, url)
