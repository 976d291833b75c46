"""Turns errors into `application/problem+json` responses (RFC 9457), and logs what users are not shown."""

import logging
import sys
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from retina import events
from retina.api.schemas.problem import Problem
from retina.error_codes import STATUS
from retina.errors import (
    BusyError,
    FileMissingError,
    InvalidRequestError,
    KeyLimitError,
    ModelCardError,
    RateLimitError,
    RequestInProgressError,
    RetinaError,
)
from retina.storage.database import DatabaseError
from retina.storage.reserve import is_full

log = logging.getLogger("retina")

MEDIA_TYPE = "application/problem+json"
SHOWN = 10
"""The most invalid fields that a response names."""
MISSING = "Send the photograph as the file field “file” of a multipart form."

_HTTP = {
    400: (
        "malformed_request",
        (
            "The request could not be read: its body is not the form or JSON that its Content-Type "
            "declares. The API is described at /api/v1/openapi.json."
        ),
    ),
    404: ("not_found", "There is nothing at this address. The API is described at /api/v1/openapi.json."),
    405: (
        "method_not_allowed",
        "This address does not support that method. The API is described at /api/v1/openapi.json.",
    ),
}


def documented(statuses: dict[int | str, str]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of a router's errors, by status."""
    schema = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    # Any route may get an invalid request; FastAPI would describe that in a format of its own.
    descriptions: dict[int | str, str] = {422: "A parameter has an invalid value", **statuses}
    descriptions |= {"4XX": "Any other error in the request", "5XX": "An error in the service"}
    return {status: {"description": description, "content": schema} for status, description in descriptions.items()}


def problem(request_id: str, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    """The response that tells the user what went wrong."""
    events.rejected(code)
    title = HTTPStatus(status).phrase
    body = Problem(title=title, status=status, detail=detail, code=code, request_id=request_id)
    return JSONResponse(body.model_dump(), status, headers, MEDIA_TYPE)


def problem_of(request_id: str, error: RetinaError) -> Response:
    """The response for one of this package's errors."""
    status, code = STATUS[type(error)]
    detail = str(error)
    if isinstance(error, ModelCardError):  # the reason is for the operator, not for the user
        log.error("request %s failed: %s", request_id, error)
        detail = (
            "The service's model cannot be used for this photograph. Please report this to the operator of the "
            f"service, with the request ID {request_id}."
        )
    headers = {}
    waiting = BusyError | KeyLimitError | RateLimitError | RequestInProgressError
    if isinstance(error, waiting) and error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(request_id, status, code, detail, headers)


def unexpected(request_id: str) -> Response:
    """The response for an unforeseen exception. Call it while the exception is being handled: it is logged."""
    error = sys.exception()
    if isinstance(error, DatabaseError):  # its message says it all; a traceback would not help
        log.error("request %s failed: %s", request_id, error)
        detail = (
            "The stored data cannot be read or written. Please report this to the operator of the service, with the "
            f"request ID {request_id}."
        )
        return problem(request_id, HTTPStatus.INTERNAL_SERVER_ERROR, "storage_unusable", detail)
    log.exception("request %s failed", request_id)
    if is_full(error):
        detail = (
            "There is no space left to store this. Please report this to the operator of the service, with the "
            f"request ID {request_id}."
        )
        return problem(request_id, HTTPStatus.INSUFFICIENT_STORAGE, "storage_full", detail)
    return problem(
        request_id,
        500,
        "internal_error",
        (
            "Something went wrong on our side. Please try again; if "
            f"it happens again, report the request ID {request_id}."
        ),
    )


def _validation(error: RequestValidationError) -> RetinaError:
    wrong = error.errors()
    if any(tuple(item["loc"]) == ("body", "file") for item in wrong):
        return FileMissingError(MISSING)
    places = [() if item["type"] == "json_invalid" else item["loc"][1:] for item in wrong]
    names = [".".join(map(str, place)) or "the body" for place in places]
    said = [item["msg"].removeprefix("Value error, ") for item in wrong[:SHOWN]]
    fields = [f"{name}: {sentence}" for name, sentence in zip(names, said, strict=False)]
    more = f" Further invalid values: {len(wrong) - SHOWN:d}." if len(wrong) > SHOWN else ""
    return InvalidRequestError(f"Some fields have invalid values: {'; '.join(fields)}.{more}")


def _allowed(routes: Iterable[APIRoute], path: str) -> str:
    """The methods of all `routes` at this path; Starlette only names those of the first."""
    methods = {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


def add_error_map(app: FastAPI, routes: Iterable[APIRoute]) -> None:
    """Respond to every foreseen error of `app` with a problem document, and describe that once in its OpenAPI
    document.
    """
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        return document

    app.openapi = described  # type: ignore[method-assign]

    @app.exception_handler(RetinaError)
    async def _(request: Request, error: RetinaError) -> Response:
        return problem_of(request.state.request_id, error)

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> Response:
        return problem_of(request.state.request_id, _validation(error))

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        code, detail = _HTTP.get(error.status_code, ("http_error", f"{error.detail}."))
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = _allowed(routes, request.url.path)
        return problem(request.state.request_id, error.status_code, code, detail, headers)
