"""The API against its own OpenAPI document: no response contradicts it, and none is an internal error.

A short run that is the same every time; RETINA_FUZZ_EXAMPLES=1000 makes it a long one.
"""

import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from support.house import House

EXAMPLES = int(os.environ.get("RETINA_FUZZ_EXAMPLES", "6"))
OPTIONS = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES < 100,
    deadline=None,
    database=None,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)
REFUSED_ALL_THE_SAME = [positive_data_acceptance]
"""No schema says what a photograph of a retina is, nor which ids there are."""


@pytest.mark.parametrize("who", ["anonymous", "key"])
def test_no_response_contradicts_the_document(tmp_path: Path, who: str) -> None:
    house = House(tmp_path, signup_credits=100_000)
    headers = house.key(house.person()) if who == "key" else {}
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", house.app)
    count = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation: Any = found.ok()

        @OPTIONS
        @hypothesis.given(case=operation.as_strategy())
        def answers(case: Any) -> None:
            nonlocal count
            count += 1
            for name in [name for name in case.headers or {} if name.lower() in ("authorization", "x-api-key")]:
                del case.headers[name]
            case.call_and_validate(headers=headers, excluded_checks=REFUSED_ALL_THE_SAME)

        answers()
    assert count > 35
