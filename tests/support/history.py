"""Predictions saved through the API, and the list of them."""

from typing import Any

from support.house import PREDICTIONS, House


def save(house: House, who: dict[str, str], photo: bytes, **fields: str) -> dict[str, Any]:
    form = {"save": "true", "outputs": "mask"} | fields
    answer = house.client.post(PREDICTIONS, files={"file": ("a.jpg", photo)}, data=form, headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def listed(house: House, who: dict[str, str], **filters: Any) -> list[str]:
    page = house.client.get(PREDICTIONS, params=filters, headers=who).raise_for_status().json()
    return [saved["id"] for saved in page["predictions"]]
