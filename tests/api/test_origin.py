"""The API's own address accepts only requests from the proxy in front of it."""

from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from retina.api.middleware.origin import PROOF
from support.house import House, problem


@pytest.fixture
def behind(tmp_path: Path) -> House:
    return House(tmp_path, proxy_proof="a random secret")


def test_requests_that_bypass_the_proxy_are_refused(behind: House) -> None:
    described = behind.app.openapi()["paths"]
    paths = {(path, method.upper()) for path, methods in described.items() for method in methods}
    included = [each.original_router for each in behind.app.routes if hasattr(each, "original_router")]
    routes = [route for router in included for route in router.routes if isinstance(route, APIRoute)]
    paths |= {(route.path, method) for route in routes for method in route.methods or ()}
    assert len(paths) > 30
    for path, method in paths | {("/", "GET"), ("/api/v1/health", "HEAD"), ("/nowhere", "POST")}:
        for headers in ({}, {PROOF: ""}, {PROOF: "a random secre"}, {"X-Forwarded-For": "203.0.113.8, 192.0.2.1"}):
            answer = behind.client.request(method, path, headers=headers)
            assert answer.status_code == 403, (method, path)
            assert answer.headers["X-Request-Id"]
            if method != "HEAD":
                assert problem(answer) == (403, "origin_closed"), (method, path)


def test_requests_through_the_proxy_are_answered(behind: House) -> None:
    proof = {PROOF: "a random secret"}
    assert behind.client.get("/api/v1/health", headers=proof).status_code == 200
    assert behind.client.get("/", headers=proof).status_code == 200


def test_without_a_proxy_secret_every_request_is_answered(tmp_path: Path) -> None:
    house = House(tmp_path)
    assert house.client.get("/api/v1/health").status_code == 200
    assert house.client.get("/api/v1/health", headers={PROOF: "anything"}).status_code == 200
