"""The application as a whole: errors, headers, the page, the documentation and settings."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from retina.app import create_app
from retina.settings import Settings
from support.house import PREDICTIONS
from support.problems import assert_problem


def test_unexpected_errors_are_500_with_an_id_that_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    app: FastAPI = create_app(Settings(site=None))

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("secret detail")

    answer = TestClient(app).get("/broken")
    assert_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert answer.json()["request_id"] in caplog.text
    assert "secret detail" in caplog.text


def test_every_response_has_an_id_and_the_security_headers(client: TestClient) -> None:
    seen = set()
    for answer in (client.get("/"), client.get("/api/v1/health"), client.get("/nothing"), client.post("/predict")):
        seen.add(answer.headers["x-request-id"])
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(seen) == 4


def test_the_page_and_the_documentation_are_served(client: TestClient) -> None:
    assert "<title>" in client.get("/").text
    for path in ("/style.css", "/samples/retina.jpg", "/api/v1/docs", "/js/pages/docs.js"):
        assert client.get(path).status_code == 200, path
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert client.get(f"/api/v1/docs/{name}").status_code == 200, name


def test_browsers_get_a_page_at_unknown_addresses_and_programs_a_problem_document(client: TestClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path in ("/histroy.html", "/js/nothing/at/all", "/wp-admin/"):
        answer = client.get(path, headers=browser)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8"), path
        assert "There is nothing at this address" in answer.text
        assert_problem(client.get(path), 404, "not_found")
    assert_problem(client.get("/api/v1/nothing", headers=browser), 404, "not_found")
    assert_problem(client.post("/histroy.html", headers=browser), 404, "not_found")


def test_openapi_describes_routes_errors_and_examples(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    about = {f"/api/v1/{name}" for name in ("health", "model", "measurements", "limits", "sign-in")}
    keys, usage = ("", "/{id}"), ("", ".csv")
    accounts = {f"/api/v1/account{more}" for more in ("", "/password", "/sign-out")} | {"/api/v1/audit"}
    accounts |= {f"/api/v1/keys{more}" for more in keys} | {f"/api/v1/usage{more}" for more in usage}
    saved = {"/api/v1/trends"} | {
        f"{PREDICTIONS}/{{id}}{more}"
        for more in ("", "/{image}.png", "/recompute", "/correction", "/graph", "/field-of-view")
    }
    exports = {"/api/v1/exports", "/api/v1/exports/{id}"}
    one = ("", "/upload", "/cancel", "/retry", "/items", "/items/{number}/{picture}", "/results.csv", "/statistics")
    batches = {"/api/v1/batches", *(f"/api/v1/batches/{{id}}{more}" for more in one)}
    payment = {f"/api/v1/{name}" for name in ("prices", "purchases", "stripe-events")}
    single = {"/predict", PREDICTIONS, "/api/v1/previews", "/api/v1/uploads"}
    assert set(document["paths"]) == single | about | accounts | saved | exports | batches | payment
    assert set(document["components"]["securitySchemes"]) == {"APIKeyHeader", "HTTPBearer"}
    operation = document["paths"][PREDICTIONS]["post"]
    assert "multipart/form-data" in operation["requestBody"]["content"]
    for status in ("413", "415", "422", "503"):
        assert "application/problem+json" in operation["responses"][status]["content"], status
        assert "application/json" not in operation["responses"][status]["content"], status
    assert "HTTPValidationError" not in document["components"]["schemas"]
    answer = document["components"]["schemas"]["PredictionResponse"]["properties"]
    assert answer["canvas"]["examples"] == ["512x512"]


def test_without_a_site_folder_only_the_api_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETINA_SITE", "")
    client = TestClient(create_app(Settings()))
    assert client.get("/api/v1/health").status_code == 200
    assert_problem(client.get("/"), 404, "not_found")
    assert_problem(client.get("/predict"), 405, "method_not_allowed")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETINA_MAX_PIXELS", "10000")
    monkeypatch.setenv("RETINA_MIN_SIDE", "10")
    assert (Settings().max_pixels, Settings().min_side) == (10000, 10)


def test_the_page_gets_the_address_for_signing_in(client: TestClient, tmp_path: Path) -> None:
    ours: dict[str, Any] = {"issuer": "urn:retina:embedded", "client_id": "retina-page", "url": "http://testserver"}
    ours |= {"changes_passwords": True}
    assert client.get("/api/v1/sign-in").json() == ours
    where: dict[str, Any] = {
        "issuer": "https://issuer.example.com/pool",
        "client_id": "page",
        "url": "https://sign-in.example.com",
    }
    where |= {"changes_passwords": False}
    settings = Settings(data=tmp_path, issuer=where["issuer"], client_id="page", sign_in_url=where["url"])
    with TestClient(create_app(settings)) as cloud:
        assert cloud.get("/api/v1/sign-in").json() == where
