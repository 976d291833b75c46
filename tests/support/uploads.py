"""Upload forms: asking for one, and sending a file with it."""

from typing import Any

import httpx
from fastapi.testclient import TestClient
from httpx import Response

LIMIT = 5 * 2**20
NOBODY = "0" * 32


def new_form(client: TestClient, content_type: str = "image/jpeg") -> dict[str, Any]:
    answer = client.post("/api/v1/uploads", json={"content_type": content_type})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def send(client: TestClient, form: dict[str, Any], data: bytes, **changes: str) -> Response:
    filled: dict[str, Any] = {"data": form["fields"] | changes, "files": {"file": ("photo", data)}}
    embedded = form["url"].startswith(str(client.base_url))
    return client.post(form["url"], **filled) if embedded else httpx.post(form["url"], **filled)
