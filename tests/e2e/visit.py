"""A visit to the page in a real browser: the user's actions, what the page shows, and what the page must never do.

Wraps a Playwright page and the server's address. Asserts nothing about results.
"""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Route, ViewportSize, expect

PREDICTIONS = "**/api/v1/predictions"
PREVIEWS = "**/api/v1/previews"
PATIENCE_MS = 30_000

PASTE = """([name, type, text]) => {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const clipboardData = new DataTransfer();
  if (name) clipboardData.items.add(new File([bytes], name, {type}));
  document.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true}));
}"""

BESIDE = """(visibility) => {
  const beside = document.querySelectorAll('.tools, .legend, .readout, .marks-status');
  for (const e of beside) e.style.visibility = visibility;
}"""


DECODED = "() => Promise.all([...document.images].filter((i) => i.src).map((i) => i.decode()))"
FRAMES = """() => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  setTimeout(resolve, 500);  // a tab behind another paints nothing
})"""


@dataclass
class Visit:
    """`complaints` gathers script errors, policy violations and requests to other hosts."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        expect.set_options(timeout=PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        # A refused photograph is a 4xx answer, which browsers report as a resource that failed to load.
        if "Security Policy" in message.text or (
            message.type == "error" and not message.text.startswith("Failed to load resource")
        ):
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", f"blob:{self.address}/", "data:")):
            self.complaints.append(f"request to {request.url}")

    def open(self, path: str = "/", *, whole: bool = False) -> "Visit":
        """With `whole`, wait until the start page has loaded what its first view does without."""
        self.page.goto(self.address + path)
        if whole:
            expect(self.page.locator("#workspace[data-ready]")).to_be_attached()
        return self

    def choose(self, *photographs: tuple[str, bytes]) -> None:
        files = [{"name": name, "mimeType": "", "buffer": data} for name, data in photographs]
        self.page.locator("#files").set_input_files(files)  # type: ignore[arg-type]

    def drop(self, *paths: Path) -> None:
        """As the operating system does it, files and folders alike."""
        session = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, "x": 30, "y": 30, "data": data})

    def paste(self, name: str = "", data: bytes = b"", kind: str = "image/jpeg") -> None:
        self.page.evaluate(PASTE, [name, kind, base64.b64encode(data).decode()])

    def item(self, name: str) -> Locator:
        return self.page.locator(".item").filter(has=self.page.get_by_text(name, exact=True))

    def expect_state(self, name: str, state: str) -> Locator:
        item = self.item(name)
        expect(item).to_have_attribute("data-state", state)
        return item

    def show(self, name: str) -> None:
        self.item(name).locator(".item-show").click()
        expect(self.page.locator("#result-title")).to_have_text(name)

    def sample(self) -> "Visit":
        """Open the page and see the sample's result."""
        self.open().page.get_by_role("button", name="Try this photograph").click()
        self.expect_state("retina.jpg", "done")
        expect(self.page.locator("#result")).to_be_visible()
        settle(self.page)
        return self

    def without_copies(self) -> None:
        """The service makes no JPEG copies of what the browser cannot show, as when an hour's requests are used up."""
        problem = {"code": "rate_limited", "detail": "Try again later."}
        self.page.route(PREVIEWS, lambda route: route.fulfill(status=429, json=problem))

    def opacity(self, percent: int) -> None:
        self.page.locator("#opacity").fill(str(percent))

    def seen(self) -> NDArray[np.float32]:
        """What the stage shows, float32[h,w,3], 0 to 255."""
        layers = self.page.locator("#layers")
        expect(self.page.locator("#layer-vessels")).to_have_attribute("data-state", "drawn")
        # Where it only just fits, a fraction of a pixel would be cut off.
        layers.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
        self.page.evaluate(BESIDE, "hidden")  # what an enlarged photograph would reach under
        now = painted(layers)
        self.page.evaluate(BESIDE, "")
        return pixels(now)

    def download(self, click: Callable[[], None]) -> tuple[str, bytes]:
        with self.page.expect_download() as download:
            click()
        return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def painted(element: Locator) -> bytes:
    """An element on the screen, PNG, once it stays the same: no event tells when the browser has painted."""
    element.page.evaluate(DECODED)
    before, now = b"", element.screenshot()
    while before != now:
        element.page.wait_for_timeout(200)
        before, now = now, element.screenshot()
    return now


@dataclass
class Holding:
    """For `page.route`: keeps requests waiting in `held` while `on`, and lets others pass."""

    on: bool = True
    held: list[Route] = field(default_factory=list)

    def __call__(self, route: Route) -> None:
        if self.on:
            self.held.append(route)
        else:
            route.continue_()


def settle(page: Page) -> None:
    """Wait until the photograph has followed its stage, as it does before a frame is painted. Then measure places."""
    page.evaluate(FRAMES)


def resize(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    settle(page)


def pixels(data: bytes, size: tuple[int, int] | None = None) -> NDArray[np.float32]:
    """float32[h,w,3] of an encoded image, resized to `size` (width, height) where that is given."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR) if size else image, np.float32)


def resembles(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Pearson's correlation, -1 to 1, without the edge, which a screenshot shares with the page around it."""
    return float(np.corrcoef(a[4:-4, 4:-4].ravel(), b[4:-4, 4:-4].ravel())[0, 1])
