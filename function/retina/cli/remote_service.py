"""A remote service, for the command line: requests with an API key, repeated after temporary failures."""

import functools
import time
from collections.abc import Callable
from typing import Any

import httpx

from retina.cli.own_words import in_own_words

TIMEOUT = httpx.Timeout(120, connect=20)
ATTEMPTS = 6
TEMPORARY = (429, 500, 502, 503, 504)
"""The statuses after which a request is repeated, unless the service asks for more patience than SOON."""

SOON = 60
"""Seconds."""

PROBLEM = "application/problem+json"
"""The type of this service's refusals. Those of a proxy in front of it have another one."""


class RemoteError(Exception):
    """The service refused a request or cannot be reached; the message says why."""


class RefusedError(RemoteError):
    """The service refused a request, and repeating it soon will not help."""


class GoneError(RemoteError):
    """The service does not know the requested resource."""


class TooLargeError(RemoteError):
    """The response would be larger than the service can send."""


REFUSALS = {404: GoneError, 413: TooLargeError}
"""The refusals by status that are told apart."""


def pause(attempt: int, asked: float = 0) -> None:
    """Wait before an attempt at a request, the first of which has number 0: longer each time, and at least as many
    seconds as the service `asked` for.
    """
    if attempt:
        time.sleep(max(min(2**attempt / 8, 5), asked))


class RemoteService:
    """The service at `url`, called with an API `key`. Raises `RemoteError` if one of them is not valid."""

    def __init__(self, url: str, key: str) -> None:
        try:
            self._client = httpx.Client(base_url=url.rstrip("/"), headers={"X-API-Key": key}, timeout=TIMEOUT)
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise RemoteError(f"The address or the key is not valid: {error}.") from error
        self.url = str(self._client.base_url)

    def json(self, method: str, path: str, **more: Any) -> Any:
        """The body of the answer to a request; errors as `answer`."""
        return self.answer(method, path, **more).json()

    def answer(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer to a request. Raises `GoneError` for 404, `TooLargeError` for 413 and `RemoteError` for other
        refusals.
        """
        return self._retried(functools.partial(self._client.request, method, path, **more))

    def download(self, link: str) -> bytes:
        """What a download link leads to. It may be on another host, so the request has no key."""
        return self._retried(functools.partial(httpx.get, link, timeout=TIMEOUT)).content

    def _retried(self, call: Callable[[], httpx.Response]) -> httpx.Response:
        """The first response to `call` that is not a temporary failure."""
        asked = 0
        for attempt in range(ATTEMPTS):
            pause(attempt, asked)
            asked = 0
            try:
                answer = call()
            except httpx.TransportError as error:
                failure = f"{self.url} cannot be reached: {error}"
            except httpx.InvalidURL as error:
                raise RemoteError(f"{self.url} is not the address of a service: {error}.") from error
            else:
                if answer.is_success or answer.is_redirect:
                    return answer
                failure = _detail(answer)
                if error_class := REFUSALS.get(answer.status_code):
                    raise error_class(failure)
                if not _is_temporary(answer):
                    raise RefusedError(f"{failure.rstrip('.')}.")
                asked = _wait(answer) or 0
        raise RemoteError(f"{failure.rstrip('.')}.")


def _is_temporary(answer: httpx.Response) -> bool:
    """Whether repeating the request may soon help. A limit that is reached says when, unless no waiting helps."""
    if answer.status_code not in TEMPORARY:
        return False
    wait = _wait(answer)
    if wait is None:
        own = answer.headers.get("Content-Type") == PROBLEM and "Retry-After" not in answer.headers
        return not (own and answer.status_code == httpx.codes.TOO_MANY_REQUESTS)
    return wait <= SOON


def _wait(answer: httpx.Response) -> int | None:
    """How many seconds the service asks to wait; None if it does not say, or says it as a date."""
    text = answer.headers.get("Retry-After", "")
    return int(text) if text.isdecimal() else None


def _detail(answer: httpx.Response) -> str:
    try:
        return in_own_words(str(answer.json()["detail"]))
    except (ValueError, KeyError, TypeError):
        return f"{answer.request.url} answered {answer.status_code}"
