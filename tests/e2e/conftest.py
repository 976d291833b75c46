"""The real server and a real browser. Skips if there is no Chromium, except in continuous integration."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from conftest import service_environment
from e2e.visit import Visit
from retina.imaging.arrays import Rgb
from support.processes import serving
from support.specimens import encode

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--js-flags=--expose-gc",  # with which a test collects a service worker's garbage
]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's data folder."""
    return tmp_path_factory.mktemp("server") / "data"


@pytest.fixture(scope="session")
def server(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the service as a program."""
    environment = service_environment(tmp_path_factory) | {"RETINA_DATA": str(data)}
    with serving(data.parent, environment, program="support.quick_service") as running:
        yield running.url


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file stay together, with one browser."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one file: Playwright leaves an event loop running, which other files' tests would trip over."""
    if not CHROMIUM.exists():
        message = f"There is no {CHROMIUM}: install Chromium (apt-get install chromium) to test the page."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def small(small_rgb: Rgb) -> bytes:
    return encode(Image.fromarray(small_rgb), "JPEG", quality=92)


@pytest.fixture
def visits(browser: Browser, server: str) -> Iterator[Callable[..., Visit]]:
    """Makes visits with a browser of given properties; none may end with a complaint."""
    made: list[Visit] = []

    def make(**properties: Any) -> Visit:
        # Requests that a service worker makes are not seen by `page.route`, with which tests put trouble in the way.
        context = browser.new_context(**{"service_workers": "block"} | properties)
        made.append(Visit(context.new_page(), server))
        return made[-1]

    yield make
    for visit in made:
        for page in visit.page.context.pages:
            page.unroute_all(behavior="ignoreErrors")  # of an answer that a handler still fetches when the test is over
        visit.page.context.close()
    assert [complaint for visit in made for complaint in visit.complaints] == []


@pytest.fixture
def visit(visits: Callable[..., Visit]) -> Visit:
    return visits(viewport={"width": 1280, "height": 900})
