"""A charged response goes through few threads: one before the network, one after it, and those of the photograph."""

from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from support.house import PREDICTIONS, House

HOPS = ["identified", "_begin", "_decoded_unless_large", "predict_photograph", "_finish"]


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions that were run on a thread."""
    seen: list[str] = []
    plain = anyio.to_thread.run_sync

    async def run_sync(function: Any, *arguments: Any, **options: Any) -> Any:
        inner = function
        while hasattr(inner, "func"):
            inner = inner.func
        seen.append(inner.__name__)
        return await plain(function, *arguments, **options)

    monkeypatch.setattr(anyio.to_thread, "run_sync", run_sync)
    return seen


def test_a_charged_prediction_starts_and_finishes_in_one_thread_each(
    tmp_path: Path, tiny: bytes, hops: list[str]
) -> None:
    house = House(tmp_path)
    key = house.key(house.person())
    for name, fields in (("one", {}), ("two", {"save": "true"})):
        hops.clear()
        sent: dict[str, Any] = {"files": {"file": tiny}, "data": fields, "headers": key | {"Idempotency-Key": name}}
        answer = house.client.post(PREDICTIONS, **sent)
        assert answer.headers["X-Credits-Charged"] == "1"
        assert hops == HOPS
        hops.clear()
        assert house.client.post(PREDICTIONS, **sent).content == answer.content
        assert hops == HOPS[:2]
    saved = answer.json()["id"]
    hops.clear()
    again = house.client.post(f"{PREDICTIONS}/{saved}/recompute", headers=key | {"Idempotency-Key": "three"})
    assert again.headers["X-Credits-Charged"] == "1"
    assert hops == HOPS
