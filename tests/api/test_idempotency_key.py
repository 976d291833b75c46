"""An Idempotency-Key stands for exactly one request, on every route that takes the header."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import numpy as np
from fastapi import FastAPI
from PIL import Image

from support.corrections import files_of, found, read, without_the_left
from support.house import (
    BATCHES,
    EXPORTS,
    PREDICTIONS,
    House,
    problem,
)
from support.specimens import encode

Request = dict[str, Any]
"""What httpx sends, with the path as `url`; by POST, if it has no `method`."""


def brighter(photograph: bytes) -> bytes:
    """Another photograph of a retina, of the same size."""
    pixels = np.asarray(Image.open(io.BytesIO(photograph)))
    return encode(Image.fromarray(np.clip(pixels + 9.0, 0, 255).astype(np.uint8)), "PNG")


def form(path: str, photograph: bytes, **fields: str) -> Request:
    return {"url": path, "files": {"file": ("photo", photograph)}, "data": fields}


def previews(house: House, who: dict[str, str], tiny: bytes) -> Iterator[Request]:
    yield form("/predict", tiny)
    yield form("/predict", brighter(tiny))
    yield form("/predict", tiny + b"\0")
    yield form("/predict", b"")
    yield form("/predict", tiny, more="field")


def predictions(house: House, who: dict[str, str], tiny: bytes) -> Iterator[Request]:
    yield form(PREDICTIONS, tiny, outputs="mask")
    yield form(PREDICTIONS, brighter(tiny), outputs="mask")
    yield form(PREDICTIONS, tiny, outputs="overlay")
    yield form(PREDICTIONS, tiny)
    yield {"url": PREDICTIONS, "data": {"upload_id": "0" * 32}}


def recomputed(house: House, who: dict[str, str], tiny: bytes) -> Iterator[Request]:
    for _ in range(2):
        saved = house.client.post(**form(PREDICTIONS, tiny, save="true"), headers=who).json()
        yield {"url": f"{PREDICTIONS}/{saved['id']}/recompute"}


def corrections(house: House, who: dict[str, str], tiny: bytes) -> Iterator[Request]:
    mask = read(found(house, tiny)["images"]["mask"])
    saved = [house.client.post(**form(PREDICTIONS, tiny, save="true"), headers=who).json()["id"] for _ in range(2)]
    for id, corrected in ((saved[0], mask), (saved[0], without_the_left(mask)), (saved[1], mask)):
        yield {"method": "PUT", "url": f"{PREDICTIONS}/{id}/correction", "files": files_of(corrected)}


def batches(house: House, who: dict[str, str], tiny: bytes) -> Iterator[Request]:
    yield {"url": BATCHES, "json": {"items": [{"name": "a.jpg", "size": 1000}]}}
    yield {"url": BATCHES, "json": {"items": [{"name": "b.jpg", "size": 1000}]}}
    yield {"url": BATCHES, "json": {"items": [{"name": "a.jpg", "size": 1001}]}}


def exports(house: House, who: dict[str, str], tiny: bytes) -> Iterator[Request]:
    yield {"url": EXPORTS, "json": {"history": True}}
    batch = house.client.post(BATCHES, json={"items": [{"name": "a.jpg", "size": 1000}]}, headers=who).json()
    yield {"url": EXPORTS, "json": {"batch": batch["id"]}}


EXAMPLES: dict[tuple[str, str], Callable[[House, dict[str, str], bytes], Iterator[Request]]] = {
    ("post", "/predict"): previews,
    ("post", PREDICTIONS): predictions,
    ("post", f"{PREDICTIONS}/{{id}}/recompute"): recomputed,
    ("put", f"{PREDICTIONS}/{{id}}/correction"): corrections,
    ("post", BATCHES): batches,
    ("post", EXPORTS): exports,
}
"""For each route that takes the key, different requests; the first one succeeds."""


def keyed(app: FastAPI) -> set[tuple[str, str]]:
    """Methods and paths of the routes that take an Idempotency-Key."""
    return {
        (method, path)
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if any(parameter["name"].lower() == "idempotency-key" for parameter in operation.get("parameters", []))
    }


def send(house: House, request: Request, who: dict[str, str]) -> httpx.Response:
    sent: Request = {"method": "POST"} | request
    answer: httpx.Response = house.client.request(**sent, headers=who)
    return answer


def request_of(answer: httpx.Response) -> Request:
    """What is answered, but for the form of a batch, which is made anew: its signature says until when."""
    return {name: value for name, value in answer.json().items() if name != "upload"}


def test_every_route_that_takes_an_idempotency_key_tells_requests_apart(house: House, tiny: bytes) -> None:
    routes = keyed(house.app)
    assert routes == set(EXAMPLES)
    who = house.person()
    for method, path in sorted(routes):
        first, *others = EXAMPLES[method, path](house, who, tiny)
        named = who | {"Idempotency-Key": f"{method} {path}"}
        answer = send(house, first, named)
        assert answer.is_success, (path, answer.text)
        assert "Idempotency-Replayed" not in answer.headers
        for other in others:
            assert problem(send(house, other, named)) == (422, "idempotency_key_reused"), other
        again = send(house, first, named)
        assert again.headers["Idempotency-Replayed"] == "true", path
        assert again.status_code == answer.status_code
        assert request_of(again) == request_of(answer), path


def test_another_photograph_never_gets_the_first_ones_answer(house: House, tiny: bytes) -> None:
    key = house.key(house.person())
    answers: list[httpx.Response] = []
    for photograph in (tiny, brighter(tiny)):
        for name in ("one", "two"):
            sent = form("/predict", photograph)
            answers.append(house.client.post(**sent, headers=key | {"Idempotency-Key": name}))
    assert [answer.status_code for answer in answers] == [200, 200, 422, 422]
    assert house.credits(key) == 18
