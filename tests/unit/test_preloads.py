"""Every page names the modules it starts with, so that the browser asks for them all at once."""

from pathlib import Path

import pytest

from support.preloads import SITE, listed, pages, renewed, wanted


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_names_the_modules_that_its_scripts_import(page: Path) -> None:
    assert listed(page) == wanted(page), "run PYTHONPATH=tests python -m support.preloads"
    assert renewed(page) == page.read_text("utf-8")


def test_the_list_is_what_a_browser_would_find_out_by_itself() -> None:
    page = SITE / "index.html"
    named = wanted(page)
    assert {"js/ui/language.js", "js/files/intake.js", "js/files/folder.js", "js/api/about.js"} < set(named)
    assert not {"js/pages/start.js", "js/pages/index.js", "js/auth/sign-in.js", "js/viewer/viewer.js"} & set(named)
    assert len(named) == len(set(named))
    assert len(pages()) == len(list(SITE.glob("*.html")))
