"""Limits on request bodies: which are read at all, their size one by one and all together, and how slowly they arrive.

Works on ASGI messages. All it knows of a route is the body that the route accepts (`Bodies`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import anyio
from anyio.lowlevel import checkpoint
from fastapi import params
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope

from retina.errors import (
    BusyError,
    PhotographTooLargeError,
    RequestTooLargeError,
    RetinaError,
    SlowRequestError,
    too_large_inline,
    too_large_to_upload,
)

MULTIPART, URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"
JSON = re.compile(r"application/([^/;]+\+)?json")

SMALL_BYTES = 64 * 2**10
"""The largest body without a photograph, and what a form adds to a photograph: boundaries and small fields."""

MOST_VALUES = 100_000
"""Values in a JSON body, counted by its punctuation: once parsed, each takes many times its bytes. A batch of 10,000
photographs has 50,000.
"""

SLICE_BYTES = 64 * 2**10
"""How much of a body is parsed before other requests are handled."""

SLOWEST = 64 * 2**10
"""Bytes per second: a sender with a lower average rate is cut off."""


@dataclass(frozen=True)
class Taken:
    """The body that a route accepts: at most `limit` bytes."""

    limit: int
    photograph: bool = False
    """The limit is for the photograph; a form around it may add `SMALL_BYTES`."""
    masks: bool = False
    """There is no photograph in the form, but masks of one."""
    streamed: bool = False
    """The route reads the body as a stream, and counts its bytes."""
    raw: bool = False
    """The route reads the body of JSON as it was sent."""

    @property
    def most(self) -> int:
        """The largest size of the whole body in bytes."""
        return self.limit + SMALL_BYTES * self.photograph


@dataclass(frozen=True)
class _Route:
    path: re.Pattern[str]
    methods: frozenset[str]
    limits: Mapping[str, Taken]
    """By content type: MULTIPART, URLENCODED or "json"."""


class Bodies:
    """The bodies that the routes of an application accept."""

    def __init__(self, routes: Iterable[BaseRoute], photograph_bytes: int, special: Mapping[str, Taken]) -> None:
        """A form with a file may have `photograph_bytes` plus the form around it; `special` overrides this by route
        path.
        """
        with_file = Taken(photograph_bytes, photograph=True)
        self._routes = [
            _Route(route.path_regex, frozenset(route.methods or ()), limits)
            for route in routes
            if isinstance(route, APIRoute) and (limits := _limits(route, with_file, special.get(route.path)))
        ]

    def taken(self, scope: Scope) -> Taken | None:
        """What the route accepts; None if it reads no body, or none of this content type."""
        content_type = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        kind = "json" if not content_type or JSON.fullmatch(content_type) else content_type
        for route in self._routes:
            if scope["method"] in route.methods and route.path.match(scope["path"]):
                return route.limits.get(kind)
        return None


def _limits(route: APIRoute, with_file: Taken, special: Taken | None) -> Mapping[str, Taken]:
    small = Taken(SMALL_BYTES)
    if special and special.streamed:
        return {MULTIPART: special}
    if special and special.raw:
        return {"json": special}
    if route.body_field is None:
        return {}
    if not isinstance(route.body_field.field_info, params.Form):
        return {"json": special or small}
    # FastAPI describes a form with files as File, and one without as Form.
    has_file = isinstance(route.body_field.field_info, params.File)
    return {MULTIPART: (special or with_file) if has_file else small, URLENCODED: small}


class Budget:
    """Allows at most `limit` bytes of bodies in memory at the same time."""

    def __init__(self, limit: int) -> None:
        self._limit, self._held = limit, 0

    def take(self, count: int) -> None:
        """Hold `count` more bytes; raises `BusyError` if that exceeds the limit."""
        if self._held + count > self._limit:
            raise BusyError("Too many requests are being received.")
        self._held += count

    def give_back(self, count: int) -> None:
        """Hold `count` bytes less."""
        self._held -= count


class Pace:
    """A `receive` that raises `SlowRequestError` if the sender pauses for `seconds`, or falls that far behind
    `SLOWEST`.
    """

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive, self._seconds, self._began = receive, seconds, monotonic()
        self.count, self.ended = 0, False

    async def __call__(self) -> Message:
        """The next message."""
        if self.ended:
            return await self._receive()
        left = min(self._seconds, self._began + self._seconds + self.count / SLOWEST - monotonic())
        try:
            with anyio.fail_after(left):
                message: dict[str, Any] = dict(await self._receive())
        except TimeoutError:
            raise SlowRequestError(
                "The request took too long to arrive. Send it again, over a faster connection if you can."
            ) from None
        self.count += len(message.get("body", b""))
        self.ended = message["type"] == "http.disconnect" or not message.get("more_body")
        return message

    async def drain(self, most: int) -> None:
        """Read on and discard, up to `most` bytes in all, so that the sender is still connected to get the response."""
        while not self.ended and self.count <= most:
            await self()


class Held:
    """A body in memory, counted in `budget` until it is released."""

    def __init__(self, budget: Budget) -> None:
        self._budget, self._chunks, self._count = budget, list[bytes](), 0

    async def read(self, body: Pace, taken: Taken) -> bool:
        """Read the whole body; False if the sender has left. Raises `BusyError`, `SlowRequestError`,
        `RequestTooLargeError`, and whatever `too_large` returns.
        """
        while not body.ended:
            message = await body()
            if message["type"] == "http.disconnect":
                return False
            chunk: bytes = message.get("body", b"")
            if body.count > taken.most:
                raise too_large(taken)
            self._budget.take(len(chunk))
            self._count += len(chunk)
            self._chunks.append(chunk)
        if not taken.photograph and sum(chunk.count(mark) for chunk in self._chunks for mark in b",:[{") > MOST_VALUES:
            raise RequestTooLargeError("The request contains too many values. Send fewer.")
        return True

    def replay(self, receive: Receive) -> Receive:
        """A `receive` that returns the body slice by slice, then waits for the sender to leave."""
        chunks, self._chunks = self._chunks, []
        slices = [chunk[at : at + SLICE_BYTES] for chunk in chunks for at in range(0, len(chunk), SLICE_BYTES)][::-1]
        chunks.clear()
        begun = False

        async def replayed() -> Message:
            nonlocal begun
            if slices or not begun:
                if begun:  # other requests are handled between two slices
                    await checkpoint()
                begun = True
                piece = slices.pop() if slices else b""
                return {"type": "http.request", "body": piece, "more_body": bool(slices)}
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return message

        return replayed

    def release(self) -> None:
        """Free the body's memory; may be called more than once."""
        self._chunks.clear()
        self._budget.give_back(self._count)
        self._count = 0


def too_large(taken: Taken) -> RetinaError:
    """The error for a body that is larger than `taken` allows."""
    if taken.masks or not taken.photograph:
        mebi = taken.limit >= 2**20
        size = taken.limit / (2**20 if mebi else 2**10)
        return RequestTooLargeError(
            f"The request is larger than the limit of {size:.3g} {'MiB' if mebi else 'KiB'}. Send less."
        )
    text = too_large_to_upload if taken.streamed else too_large_inline
    return PhotographTooLargeError(text(taken.limit))
