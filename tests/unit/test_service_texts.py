"""No sentence of the service stays English unnoticed."""

import json

import pytest

from support.service_texts import ELSEWHERE, PACKAGE, ROOT, dropped_texts, service_texts

LISTED_ELSEWHERE = {
    "… cannot be read.": "`_refusals` lists the kinds of files",
    "This DICOM file contains ….": "`_refusals` lists the kinds of content",
    "This TIFF file has … pages of full size.": "`_refusals` has it with a number",
    "It is not certain that this is a photograph of a retina: ….": "`_verdicts` lists the reasons",
    "This does not look like a photograph of the back of an eye: ….": "`_verdicts` lists the reasons",
}
"""Sentences of which the source alone makes no key, and why they are translated nevertheless."""

VERDICTS = (
    "It is not certain that this is a photograph of a retina: ",
    "This does not look like a photograph of the back of an eye: ",
)

pytestmark = pytest.mark.slow


def test_every_other_sentence_has_a_key() -> None:
    assert dropped_texts().keys() == LISTED_ELSEWHERE.keys()


def test_modules_that_are_left_out_exist() -> None:
    assert [name for name in ELSEWHERE if not (PACKAGE / name).exists()] == []


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_only_verdicts_that_are_given_are_translated(language: str) -> None:
    translated = json.loads((ROOT / "site" / "languages" / f"{language}.json").read_text("utf-8"))
    verdicts = {text for text in translated if text.startswith(VERDICTS)}
    assert len(verdicts) > 10
    assert verdicts - service_texts().keys() == set()


@pytest.mark.parametrize(
    "text",
    [
        "An account that has bought credits may have more.",
        "Another {1} credits are reserved for photographs in other batches.",
        "Some fields have invalid values: {1}.",
        "The file of “{1}” is empty.",
        "The request is larger than the limit of {1} KiB.",
        "The request took too long to arrive.",
        "This batch is finished and accepts no photographs.",
        "This cannot be bought here.",
        "Try again when the hour is over, or sign in: signed-in users have a limit of their own.",
        "Upload it with POST /api/v1/uploads, or use the command line, which has no such limit.",
        "Use another key, or wait until {1} UTC.",
    ],
)
def test_what_varies_is_numbered(text: str) -> None:
    assert text in service_texts()
