"""The page in other languages: in an invented one, which puts brackets around every text, nothing stays English."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from e2e.batches import start
from e2e.person import fill_in, new_address, saved, sign_up
from e2e.visit import Visit
from support.page_texts import SITE, Text, page_texts
from support.start_texts import start_keys, start_texts

LANGUAGES = ("de", "es", "fr")
GERMAN_DAY = r"\d{1,2}\. ?[A-ZÄ][a-zäö]+\.?(?: \d{4})?"
UNTRANSLATED = re.compile(
    "|".join(
        (
            r"\S+@example\.org",
            r"\S+\.(?:jpg|png|csv|zip|tiff)\b",
            r"\bRetina\b|\bUTC\b|\b[KMG]iB\b|\bpx\b|\bCtrl\b",
            r"^(?:retina|second)$",
            r"JPEG, PNG.*DICOM",
            GERMAN_DAY,
            r"\bP-\d\b",
            r"\brk_\w+",
            r"\b[0-9a-f]{6,64}\b",
            r"\b[\w-]+ [0-9a-f]{8}\b",
            r"https?://\S+",
        )
    )
)
"""Names of files, people, keys and models, units, keys of the keyboard, dates."""

OUTSIDE = """() => {
  const found = [];
  const left = (node) => node.closest('[translate=no], noscript, script, style, template, code, kbd');
  let depth = 0;
  const outside = (text, from) => {
    let words = '';
    let at = from;
    for (const letter of text) {
      if (letter === '⟦') at += 1;
      else if (letter === '⟧') at -= 1;
      else if (!at) words += letter;
    }
    return [words.trim(), at];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, data } = walker.currentNode;
    if (left(parent) && !depth) continue;
    const [words, after] = outside(data, depth);
    depth = after;
    if (words) found.push(words);
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
    for (const each of document.querySelectorAll(`[${name}]`)) {
      if (!left(each)) found.push(outside(each.getAttribute(name), 0)[0]);
    }
  }
  if (depth) found.push(`unbalanced brackets: ${depth}`);
  return [...found, outside(document.title, 0)[0]];
}"""


@pytest.fixture(scope="module")
def texts(browser: Browser) -> dict[str, Text]:
    context = browser.new_context()
    found = page_texts(context.new_page())
    context.close()
    return found


def bracketed(texts: dict[str, Text]) -> dict[str, Any]:
    """The invented language."""
    return {
        key: {"one": f"⟦{text['one']}⟧", "other": f"⟦{key}⟧"} if "one" in text else f"⟦{key}⟧"
        for key, text in texts.items()
    }


def expect_all_translated(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    outside = [UNTRANSLATED.sub("", words) for words in page.evaluate(OUTSIDE)]
    english = [words for words in outside if re.search(r"[^\W\d_]{2}", words)]
    assert not english, "\n".join(english)


@pytest.fixture
def bracketing(visits: Callable[..., Visit], texts: dict[str, Text]) -> Visit:
    visit = visits(locale="de-DE", viewport={"width": 1280, "height": 900})
    words = bracketed(texts)
    start = {key: words[key] for key in json.loads((SITE / "languages" / "start" / "de.json").read_text())}
    visit.page.route("**/languages/de.json", lambda route: route.fulfill(json=words))
    visit.page.route("**/languages/start/de.json", lambda route: route.fulfill(json=start))
    return visit


def test_nothing_stays_english(bracketing: Visit, small: bytes) -> None:
    visit, page = bracketing, bracketing.page
    for path in ("/", "/prices.html", "/nowhere"):
        visit.open(path)
        expect(page.locator("html")).to_have_attribute("lang", "de")
        expect_all_translated(page)
    page.locator(".masthead").get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Email address")).to_be_focused()  # also while the page waits for its translation
    fill_in(visit, new_address(), "any wrong password", "Sign in")
    expect(page.get_by_role("alert")).to_have_text("⟦The address or the password is wrong.⟧")
    expect_all_translated(page)
    sign_up(visit)
    visit.sample()
    visit.choose(("broken.jpg", small[:1000]), ("second.jpg", small))
    visit.expect_state("broken.jpg", "refused")
    visit.expect_state("second.jpg", "done")
    page.locator("#save-all-open").click()
    expect(page.locator("#save-all-rows tr").first).to_be_visible()
    expect_all_translated(page)
    page.keyboard.press("Escape")
    page.locator("#overview-open").click()
    expect(page.locator("#overview-rows tr").first).to_be_visible()
    expect_all_translated(page)
    page.locator("#clear").click()
    expect(page.locator("#removed")).to_be_visible()
    expect_all_translated(page)
    page.locator("#undo").click()
    expect(page.locator("#result")).to_be_visible()
    for key in "4vdlwc":
        page.keyboard.press(key)
        expect_all_translated(page)

    first = saved(visit, small, subject="P-1", eye="left", taken_on="2026-01-05")
    saved(visit, small, subject="P-1", eye="left", taken_on="2026-03-01")
    visit.open(f"/history.html#{first}")
    expect(page.locator("#result")).to_be_visible()
    expect_all_translated(page)

    visit.open("/batches.html")
    start(visit, ("a.jpg", small), ("broken.jpg", small[:1000]))
    expect(page.locator("#batch-state")).to_have_text("⟦Finished⟧")
    expect_all_translated(page)

    page.locator("#delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_all_translated(page)
    page.keyboard.press("Escape")

    visit.open("/account.html")
    page.locator("#key-name").fill("P-1")
    page.locator("#key-submit").click()
    expect(page.locator("#keys li")).to_have_count(1)
    expect(page.locator("#audit tr").first).to_be_visible()
    expect_all_translated(page)


def test_the_files_have_every_text_and_no_other(texts: dict[str, Text]) -> None:
    for language in LANGUAGES:
        words = json.loads((SITE / "languages" / f"{language}.json").read_text())
        assert sorted(words.keys() - texts.keys()) == [], f"{language}: nobody shows these"
        assert sorted(texts.keys() - words.keys()) == [], f"{language}: these are missing"


def test_the_first_view_has_its_own_files(browser: Browser) -> None:
    context = browser.new_context()
    keys = start_keys(context.new_page())
    context.close()
    for language in LANGUAGES:
        written = (SITE / "languages" / "start" / f"{language}.json").read_text()
        assert written == start_texts(language, keys), "run python -m support.start_texts"


def test_a_language_is_chosen_for_all_pages(visit: Visit) -> None:
    page = visit.open().page
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_label("Language").select_option("Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    visit.open("/prices.html")
    expect(page.get_by_label("Sprache")).to_have_value("de")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.evaluate("({ ...localStorage })") == {"retina.language": "de"}, "nothing else is stored"

    # A browser stays on a page for such an answer, as it does when somebody has unsaved work and declines to leave.
    page.route("**/prices.html", lambda route: route.fulfill(status=204), times=1)
    with page.expect_response("**/prices.html"):
        page.get_by_label("Sprache").select_option("English")
    expect(page.get_by_label("Sprache")).to_have_value("de")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_label("Sprache").select_option("English")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_elements_of_a_sentence_are_moved_not_made_again(visits: Callable[..., Visit], texts: dict[str, Text]) -> None:
    visit = visits(locale="de-DE")
    sentence = next(key for key in texts if key.startswith("Saved. <1>"))
    words = {sentence: "<3>Drei</3> <2/> <1>Eins</1> Ende."}
    visit.page.route("**/languages/start/de.json", lambda route: route.fulfill(json=words))
    saved_part = visit.open().page.locator("#saved")
    expect(visit.page.locator("html")).to_have_attribute("lang", "de")
    ids = saved_part.evaluate("part => [...part.children].map((each) => each.id)")
    assert ids == ["saved-discarded", "saved-correction", "saved-link"]
    assert saved_part.text_content() == "Drei Save the correction, too Eins Ende."
    expect(visit.page.locator("#saved-link")).to_have_attribute("href", re.compile(r"/history\.html"))


def test_nobody_sees_english_before_the_translation_and_without_one_it_stays(visits: Callable[..., Visit]) -> None:
    page = visits(locale="fr-FR").page
    asked: list[Route] = []
    page.route("**/languages/fr.json", lambda route: asked.append(route))
    address = visits().address
    with page.expect_request("**/languages/fr.json"):
        page.goto(f"{address}/prices.html", wait_until="commit")
    expect(page.locator("html")).to_have_class("translating")
    expect(page.locator("body")).to_have_css("opacity", "0")
    asked[0].fulfill(json={"Prices": "Prix"})
    expect(page.locator("h1")).to_have_text("Prix")
    expect(page.locator("body")).to_have_css("opacity", "1")
    page.route("**/languages/fr.json", lambda route: route.abort())
    page.reload()
    expect(page.locator("h1")).to_have_text("Prices")
    expect(page.locator("body")).to_have_css("opacity", "1")
    expect(page.get_by_label("Language")).to_have_value("en")


def test_tables_are_english_and_what_is_stored_follows_the_language(visits: Callable[..., Visit], small: bytes) -> None:
    visit = visits(locale="de-DE")
    page = visit.open(whole=True).page
    visit.choose(("broken.jpg", small[:1000]))
    visit.expect_state("broken.jpg", "refused")
    sentence = page.locator(".item-sentence")
    german = sentence.inner_text()
    with page.expect_download() as download:
        page.locator("#table").click()
    [row] = csv.DictReader(Path(download.value.path()).read_text("utf-8-sig").splitlines())
    assert row["reason"].isascii()
    assert row["reason"] != german
    page.get_by_label("Sprache").select_option("English")
    expect(sentence).to_have_text(row["reason"])


def test_the_letters_of_the_eyes_are_those_of_the_language(visit: Visit, small: bytes) -> None:
    sign_up(visit)
    for eye in ("left", "right"):
        saved(visit, small, subject="P-1", eye=eye)
    letters = visit.page.locator("#list .item-mark")
    for language, latest_first in {"en": "RL", "de": "RL", "fr": "DG", "es": "DI"}.items():
        visit.page.evaluate("(language) => localStorage.setItem('retina.language', language)", language)
        visit.open("/history.html")
        expect(letters).to_have_count(2)
        assert letters.evaluate_all("all => all.map((e) => e.dataset.eye)") == list(latest_first)
