"""Users' sessions through the API: whether tokens still work, and their claims."""

import json
from base64 import urlsafe_b64decode
from typing import Any

from support.account import (
    bearer,
)
from support.house import House, problem

ANNA, OTHER = "anna@example.org", "another secret one"


USAGE, PASSWORDS, EVERYWHERE = "/api/v1/usage", "/api/v1/account/password", "/api/v1/account/sign-out"


def works(house: House, tokens: dict[str, Any]) -> bool:
    answer = house.client.get(USAGE, headers=bearer(tokens))
    assert answer.status_code == 200 or problem(answer) == (401, "token_refused")
    return bool(answer.status_code == 200)


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    payload: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return payload
