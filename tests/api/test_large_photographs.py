"""Large photographs are opened first and decoded later: their decoding process is ended beside the event loop."""

import asyncio
from typing import Any

import pytest
from fastapi.testclient import TestClient

from retina.imaging.decoding.child import EndedError
from retina.imaging.decoding.decoder import Decoder
from retina.imaging.decoding.opened import Opened


@pytest.fixture
def on_the_loop(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each decoding process was ended on an event loop, which stands still meanwhile."""
    seen: list[bool] = []
    end = Decoder._end

    def ended(self: Decoder, child: Any) -> None:
        try:
            seen.append(bool(asyncio.get_running_loop()))
        except RuntimeError:
            seen.append(False)
        end(self, child)

    monkeypatch.setattr(Decoder, "_end", ended)
    monkeypatch.setattr("retina.api.predictor.LARGE_PIXELS", 100)
    return seen


def test_a_large_photograph_holds_up_no_request_when_it_ends(
    client: TestClient, tiny: bytes, on_the_loop: list[bool]
) -> None:
    assert client.post("/predict", files={"file": tiny}).status_code == 200
    assert on_the_loop == [False]


def test_nor_does_one_whose_decoding_process_ended_early(
    client: TestClient, tiny: bytes, on_the_loop: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended_early(_: Opened) -> None:
        raise EndedError

    monkeypatch.setattr(Opened, "photograph", ended_early)
    answer = client.post("/predict", files={"file": tiny})
    assert (answer.status_code, answer.json()["code"]) == (422, "photograph_unreadable")
    assert on_the_loop == [False]
