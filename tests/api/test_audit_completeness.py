"""Every change has an entry in the audit log, and every route writes one or is listed with the reason why not."""

from pathlib import Path
from typing import Any

import pytest

from retina.accounts.audit import Audit
from retina.api.auditing import audit_log
from support.audited import FILE, NOTE, saved
from support.house import (
    BATCHES,
    PREDICTIONS,
    House,
)

QUIET = {
    ("post", "/predict"): "nothing is kept but the charge",
    ("post", "/api/v1/previews"): "nothing is kept",
    ("post", "/api/v1/uploads"): "belongs to nobody yet",
    ("post", "/api/v1/batches/{id}/upload"): "a form: the batch is noted",
    ("get", "/api/v1/batches/{id}"): "counts alone",
    ("get", "/api/v1/keys"): "no record of anybody's",
    ("get", "/api/v1/usage"): "no record of anybody's",
    ("get", "/api/v1/usage.csv"): "no record of anybody's",
    ("get", "/api/v1/health"): "public",
    ("get", "/api/v1/model"): "public",
    ("get", "/api/v1/measurements"): "public",
    ("get", "/api/v1/limits"): "public",
    ("get", "/api/v1/prices"): "public",
    ("post", "/api/v1/purchases"): "the purchase itself is kept, and only people may buy",
    ("get", "/api/v1/purchases"): "no record of anybody's",
    ("post", "/api/v1/stripe-events"): "the ledger has it",
    ("get", "/api/v1/sign-in"): "public",
}
"""Routes that leave no entry, and why."""


def test_no_change_happens_without_its_audit_entry(house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = house.person()
    id = saved(house, anna, tiny)
    made = house.client.post("/api/v1/keys", json={"name": "a"}, headers=anna).json()
    batch = house.client.post(BATCHES, json={"items": [{"name": FILE, "size": 9}]}, headers=anna).json()
    one_entry = house.services.audit.entry(house.account(anna), "prediction.changed")
    house.services.records.write(one_entry)

    def taken(*_: Any) -> Any:  # an entry that cannot be written
        return one_entry

    monkeypatch.setattr(Audit, "entry", taken)
    monkeypatch.setattr(Audit, "note", lambda self, *_: self._records.write(one_entry))
    for method, path, body in (
        ("PATCH", f"{PREDICTIONS}/{id}", {"note": "changed"}),
        ("POST", f"{PREDICTIONS}/{id}/recompute", None),
        ("DELETE", f"{BATCHES}/{batch['id']}", None),
    ):
        assert house.client.request(method, path, json=body, headers=anna).status_code >= 400, (method, path)
    monkeypatch.undo()
    seen = house.client.get(f"{PREDICTIONS}/{id}", headers=anna).json()
    assert seen["note"] == NOTE
    assert house.client.get(f"{BATCHES}/{batch['id']}", headers=anna).status_code == 200
    assert [key["id"] for key in house.client.get("/api/v1/keys", headers=anna).json()["keys"]] == [made["id"]]


def test_every_route_is_audited_or_exempted_with_a_reason(tmp_path: Path) -> None:
    """A route that is new has to be decided on."""
    app = House(tmp_path).app
    noted, quiet = set[tuple[str, str]](), set[tuple[str, str]]()
    for route in _routes(app):
        calls = {dependency.call for dependency in route.dependant.dependencies}
        for method in route.methods - {"HEAD"}:
            (noted if audit_log in calls else quiet).add((method.lower(), route.path))
    described = {(m, path) for path, methods in app.openapi()["paths"].items() for m in methods}
    assert described <= noted | quiet
    assert quiet & described == set(QUIET)


def _routes(app: Any) -> list[Any]:
    return [
        route
        for included in app.routes
        if hasattr(included, "original_router")
        for route in included.original_router.routes
    ]
