"""The command line advises its own options where the service speaks of its page or of HTTP."""

import re

import pytest

from retina.cli.own_words import OWN_WORDS, in_own_words
from retina.errors import larger_than_announced, too_large_to_upload
from support.service_texts import service_texts

pytestmark = pytest.mark.slow

FOREIGN = re.compile(r"\b(choose to|Choose the|[Ss]end|POST|GET|X-API-Key|command line|[Rr]etry)\b")
"""Words of the page and of HTTP."""
REPEATED = ("imaging/decoding", "imaging/pipeline.py", "imaging/retina_gate.py", "imaging/structures", "jobs/work.py")
"""Where sentences are that tables of the command line repeat."""
OF_MASKS = "imaging/decoding/masks.py"
"""Corrected masks are only sent to the service."""


def test_every_text_that_is_replaced_is_one_of_the_service() -> None:
    said = " ".join(service_texts())
    parts = [part for text in OWN_WORDS for part in re.split(r"(?<=\.) ", text)]
    assert [part for part in parts if part not in said] == []


def test_no_reason_in_a_table_speaks_of_the_page_or_of_http() -> None:
    repeated = {
        text
        for text, path in service_texts().items()
        if path.removeprefix("function/retina/").startswith(REPEATED) and not path.endswith(OF_MASKS)
    }
    assert len(repeated) > 40
    assert any(FOREIGN.search(text) for text in repeated)
    repeated |= {too_large_to_upload(4 * 2**20), larger_than_announced(9)}
    assert [text for text in repeated if FOREIGN.search(in_own_words(text))] == []
