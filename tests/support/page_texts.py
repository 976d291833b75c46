"""Every text that is translated: those of the page's scripts, of its HTML, and of the service.

`python -m support.page_texts` (with function and tests on PYTHONPATH) prints them as JSON: each with the file where it
is first, and its singular if it has one. It needs Chromium, and Node with what `make check-js` installs.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

from playwright.sync_api import Page, Route, sync_playwright

from support.service_texts import service_texts

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
ORIGIN = "http://page.test"
CHROMIUM = "/usr/bin/chromium"
FORMS = ROOT / "function" / "retina" / "api" / "html"
HEADINGS = ("Sign in", "New password")
"""Of the pages that the embedded issuer makes of `FORMS`."""
KEYS = """async (html) => {
  const { keysOf } = await import('/js/ui/translate-page.js');
  return keysOf(new DOMParser().parseFromString(html, 'text/html'));
}"""


class Text(TypedDict, total=False):
    where: str
    one: str


def page_texts(page: Page) -> dict[str, Text]:
    """All texts by their key. `page` is used to read HTML as the page does."""
    scripts = script_texts()
    others = html_texts(page) | service_texts()
    return {key: Text(where=where) for key, where in others.items()} | scripts


def script_texts(*modules: str) -> dict[str, Text]:
    """Those of all scripts, or of `modules` below `site/js`."""
    command = ["node", "tests/js/support/texts.js", *modules]
    found: dict[str, Text] = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    return found


def html_keys(page: Page, file: Path) -> list[str]:
    """The keys of one page's HTML."""
    page.route(f"{ORIGIN}/**", _file)
    page.goto(f"{ORIGIN}/404.html")
    found: list[str] = page.evaluate(KEYS, file.read_text())
    page.unroute(f"{ORIGIN}/**")
    return found


def html_texts(page: Page) -> dict[str, str]:
    """Where each text of the HTML is first, by its key."""
    page.route(f"{ORIGIN}/**", _file)
    page.goto(f"{ORIGIN}/404.html")
    texts = dict[str, str]()
    for path in sorted(SITE.glob("*.html")):
        for key in page.evaluate(KEYS, path.read_text()):
            texts.setdefault(key, path.relative_to(ROOT).as_posix())
    for path in sorted(FORMS.glob("*.html")):
        for heading in HEADINGS:
            for key in page.evaluate(KEYS, path.read_text().replace("$heading", heading)):
                if "$" not in key:
                    texts.setdefault(key, path.relative_to(ROOT).as_posix())
    page.unroute(f"{ORIGIN}/**")
    return texts


def _file(route: Route) -> None:
    path = SITE / route.request.url.removeprefix(f"{ORIGIN}/").partition("?")[0]
    if path.is_file():
        route.fulfill(path=path)
    else:
        route.fulfill(status=404)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        json.dump(page_texts(browser.new_page()), sys.stdout, ensure_ascii=False, indent=1)
        browser.close()


if __name__ == "__main__":
    main()
