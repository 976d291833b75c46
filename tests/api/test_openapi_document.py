"""docs/openapi.json says what the code does."""

import pytest

from support.openapi import FILE, document


def test_the_checked_in_document_is_that_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETINA_ISSUER", "https://issuer.example.org")  # of which it must be independent
    monkeypatch.setenv("RETINA_CLIENT_ID", "page")
    monkeypatch.setenv("RETINA_INLINE_BYTES", "123456")
    if FILE.read_text(encoding="utf-8") != document():
        pytest.fail("docs/openapi.json is not what the code says. Renew it with `make openapi`, and look at the diff.")
