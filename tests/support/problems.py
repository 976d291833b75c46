"""What every error response must look like."""

import re

from httpx import Response


def assert_problem(answer: Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["detail"].endswith(".")
    assert not re.search(r"Traceback|Error\b|\.py\b|object at", body["detail"])
