"""`python -m support.start_texts` (with function and tests on PYTHONPATH): write `site/languages/start/`, the texts
that the first view of the start page needs, from the complete file of each language.

They are those of its HTML and of the modules it starts with. It needs Chromium and Node, as `support.page_texts` does.
"""

import json

from playwright.sync_api import Page, sync_playwright

from support.page_texts import CHROMIUM, SITE, html_keys, script_texts
from support.preloads import entries, wanted

START = SITE / "index.html"
LANGUAGES = SITE / "languages"


def start_keys(page: Page) -> set[str]:
    modules = [module.removeprefix("js/") for module in (*entries(START), *wanted(START))]
    return {*html_keys(page, START), *script_texts(*modules)}


def start_texts(language: str, keys: set[str]) -> str:
    """The content of a language's file."""
    words = json.loads((LANGUAGES / f"{language}.json").read_text("utf-8"))
    found = {key: translation for key, translation in words.items() if key in keys}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        keys = start_keys(browser.new_page())
        browser.close()
    (LANGUAGES / "start").mkdir(exist_ok=True)
    for file in LANGUAGES.glob("*.json"):
        (LANGUAGES / "start" / file.name).write_text(start_texts(file.stem, keys), "utf-8")


if __name__ == "__main__":
    main()
