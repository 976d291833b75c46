"""What the audit log records of actions through the API, in both stores."""

import json
import re
import sqlite3

import numpy as np
import pytest

from retina.__main__ import main
from retina.accounts.audit import NOBODY, OPERATOR
from retina.storage.s3 import client as aws_client
from support.account import (
    PASSWORD,
    bearer,
    enter,
    sign_in,
)
from support.audited import FILE, KEY_NAME, NOTE, SUBJECT, saved
from support.corrections import png
from support.house import (
    BATCHES,
    EXPORTS,
    PREDICTIONS,
    House,
)


def entries(house: House, who: dict[str, str]) -> list[dict[str, str]]:
    page = house.client.get("/api/v1/audit?limit=100", headers=who).raise_for_status().json()
    return [entry for entry in page["entries"] if entry["action"] != "audit.read"]


def test_every_action_on_a_prediction_is_audited(house: House, tiny: bytes) -> None:
    anna = house.person()
    key = house.key(anna)
    id = saved(house, key, tiny)
    one = f"{PREDICTIONS}/{id}"
    for method, path, more in (
        ("GET", PREDICTIONS, {"params": {"subject": SUBJECT}}),
        ("GET", one, {}),
        ("GET", f"{one}/photograph.png", {"follow_redirects": False}),
        ("GET", "/api/v1/trends", {"params": {"subject": SUBJECT, "eye": "left"}}),
        ("PATCH", one, {"json": {"note": NOTE + NOTE}}),
        ("POST", f"{one}/recompute", {}),
        ("PUT", f"{one}/correction", {"files": {"corrected_mask": png(np.ones((177, 177)))}}),
        ("DELETE", f"{one}/correction", {}),
        ("DELETE", one, {}),
    ):
        answer = house.client.request(method, path, headers=anna, **more)
        assert answer.status_code in (200, 204, 307), (method, path, answer.text)
    found = [(entry["action"], entry["record"]) for entry in reversed(entries(house, anna))]
    found = [each for each in found if not each[0].startswith("sign_in")]
    assert [each for each in found if each[0] != "key.made"] == [
        ("prediction.saved", id),
        ("predictions.listed", ""),
        ("prediction.seen", id),
        ("picture.opened", f"{id}:photograph"),
        ("trends.seen", ""),
        ("prediction.changed", id),
        ("prediction.recomputed", id),
        ("prediction.corrected", id),
        ("correction.deleted", id),
        ("prediction.deleted", id),
    ]
    by = {entry["action"]: entry["caller"] for entry in entries(house, anna)}
    assert by["prediction.saved"] == key["X-API-Key"].split("_")[1]
    assert by["prediction.deleted"] == "", "a person"


def test_every_action_on_a_batch_is_audited(house: House, tiny: bytes) -> None:
    anna = house.person()
    items = {"items": [{"name": FILE, "size": len(tiny)}], "outputs": "mask"}
    batch = house.client.post(BATCHES, json=items, headers=anna).raise_for_status().json()
    assert house.send(batch["upload"], "0", tiny).status_code == 204
    house.work_off()
    one = f"{BATCHES}/{batch['id']}"
    for method, path in (
        ("GET", BATCHES),
        ("GET", one),
        ("GET", f"{one}/items"),
        ("GET", f"{one}/results.csv"),
        ("GET", f"{one}/statistics"),
        ("GET", f"{one}/items/0/mask.png"),
        ("POST", f"{one}/cancel"),
        ("POST", f"{one}/retry"),
        ("DELETE", one),
    ):
        answer = house.client.request(method, path, headers=anna, follow_redirects=False)
        assert answer.status_code in (200, 204, 307), (method, path, answer.text)
    found = [(entry["action"], entry["record"]) for entry in reversed(entries(house, anna))]
    for action, record in (
        ("batch.made", batch["id"]),
        ("batches.listed", ""),
        ("batch.seen", batch["id"]),
        ("picture.opened", f"{batch['id']}:0:mask.png"),
        ("batch.cancelled", batch["id"]),
        ("batch.retried", batch["id"]),
        ("batch.deleted", batch["id"]),
    ):
        assert found.count((action, record)) == 1, (action, found)


def test_creating_and_downloading_an_export_is_audited(house: House, tiny: bytes) -> None:
    anna = house.person()
    saved(house, anna, tiny)
    batch = house.client.post(BATCHES, json={"items": [{"name": FILE, "size": 9}]}, headers=anna).json()
    bodies = ({"history": True}, {"batch": batch["id"]})
    history, table = (house.client.post(EXPORTS, json=body, headers=anna).json()["id"] for body in bodies)
    for id in (history, table):
        assert house.client.get(f"{EXPORTS}/{id}", headers=anna).json()["url"] is None
    assert "export.downloaded" not in {entry["action"] for entry in entries(house, anna)}
    house.work_off()
    assert house.client.get(f"{EXPORTS}/{history}", headers=anna).json()["url"]
    house.client.delete(f"{EXPORTS}/{history}", headers=anna).raise_for_status()
    found = [(entry["action"], entry["record"]) for entry in entries(house, anna)]
    assert found[0] == ("export.deleted", history)
    assert found[1] == ("export.downloaded", history)
    assert ("history.exported", history) in found
    assert ("batch.exported", f"{batch['id']}:{table}") in found
    assert ("export.downloaded", table) not in found


def test_actions_by_key_name_the_id_of_the_key(house: House) -> None:
    anna = house.person()
    made = house.client.post("/api/v1/keys", json={"name": KEY_NAME}, headers=anna).json()
    assert house.client.delete(f"/api/v1/keys/{made['id']}", headers=anna).status_code == 204
    found = [(entry["action"], entry["record"]) for entry in entries(house, anna)]
    assert ("key.made", made["id"]) in found
    assert ("key.revoked", made["id"]) in found


def actions(house: House, account: str) -> list[str]:
    return [entry.action for entry in house.services.audit.of(account, 100)[0]]


def test_sign_ins_and_failed_sign_ins_are_audited(house: House) -> None:
    anna = house.person()
    account = house.account(anna)
    assert actions(house, account) == ["sign_in.succeeded"], "the first one, too"
    sign_in(house.client, "anna@example.org", how="sign-in")
    for _ in "ab":
        assert enter(house.client, "anna@example.org", "not the password", how="sign-in").status_code == 403
    assert enter(house.client, "somebody@else.example", how="sign-in").status_code == 403
    assert actions(house, account) == ["sign_in.failed", "sign_in.succeeded", "sign_in.succeeded"], "once a minute"
    assert actions(house, NOBODY) == ["sign_in.failed"]


def test_a_wrong_current_password_is_audited_as_a_failed_sign_in(house: House) -> None:
    anna = house.person()
    account = house.account(anna)

    def change(current: str, new: str) -> int:
        sent = {"current": current, "new": new}
        return int(house.client.post("/api/v1/account/password", json=sent, headers=anna).status_code)

    assert change(PASSWORD, "short") == 403
    assert actions(house, account) == ["sign_in.succeeded"], "the current one was not tried"
    assert [change("not the password", "another battery staple") for _ in "ab"] == [403, 403]
    assert actions(house, account) == ["sign_in.failed", "sign_in.succeeded"], "once a minute"


def test_actions_of_the_operator_are_audited(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = house.account(house.person())
    monkeypatch.setenv("RETINA_DATA", str(house.data))
    if house.settings.table:
        monkeypatch.setenv("RETINA_TABLE", house.settings.table)
    assert main(["account", "sign-out", "anna@example.org"]) == 0
    assert main(["account", "reset", "anna@example.org"]) == 0
    [token] = re.findall(r"token=(\S+)", capsys.readouterr().out)
    new = {"token": token, "password": "another battery staple"}
    assert house.client.post("/oauth2/reset", data=new).status_code == 200
    found = [(entry.action, entry.caller) for entry in house.services.audit.of(account, 3)[0]]
    assert found == [("password.reset", ""), ("password.link_made", OPERATOR), ("sessions.ended", OPERATOR)]


def test_changes_of_passwords_and_sessions_are_audited(house: House) -> None:
    tokens = sign_in(house.client, "anna@example.org")
    anna = bearer(tokens)
    account = house.account(anna)
    change = {"current": PASSWORD, "new": "another battery staple"}
    again = house.client.post("/api/v1/account/password", json=change, headers=anna).raise_for_status().json()
    house.client.post("/api/v1/account/sign-out", headers=bearer(again)).raise_for_status()
    assert actions(house, account)[:2] == ["sessions.ended", "password.changed"]


def test_after_an_account_deletion_the_operator_still_sees_the_log(house: House, tiny: bytes) -> None:
    anna = house.person()
    account, id = house.account(anna), saved(house, anna, tiny)
    assert house.client.delete("/api/v1/account", headers=anna).status_code == 200
    found = [(entry.action, entry.record) for entry in house.services.audit.of(account, 100)[0]]
    assert found[0] == ("account.deleted", "")
    assert ("prediction.saved", id) in found
    assert house.client.get("/api/v1/audit", headers=anna).status_code == 401


def test_requests_for_missing_records_leave_no_entry(house: House, tiny: bytes) -> None:
    anna, berta = house.person(), house.person("berta")
    id, before = saved(house, anna, tiny), len(entries(house, berta))
    for method, path in (
        ("GET", f"{PREDICTIONS}/{id}"),
        ("GET", f"{PREDICTIONS}/{id}/mask.png"),
        ("DELETE", f"{PREDICTIONS}/{id}"),
        ("PATCH", f"{PREDICTIONS}/{id}"),
        ("DELETE", f"{BATCHES}/{id}"),
        ("GET", f"{BATCHES}/{id}/results.csv"),
        ("GET", f"{BATCHES}/{id}/statistics"),
        ("DELETE", "/api/v1/keys/0123456789abcdef"),
    ):
        answer = house.client.request(method, path, headers=berta, json={} if method == "PATCH" else None)
        assert answer.status_code == 404, (method, path)
    assert len(entries(house, berta)) == before
    assert "prediction.seen" not in {entry["action"] for entry in entries(house, anna)}


def test_no_entry_contains_a_name_a_subject_or_a_note(house: House, tiny: bytes) -> None:
    anna = house.person()
    id = saved(house, anna, tiny)
    house.client.post("/api/v1/keys", json={"name": KEY_NAME}, headers=anna)
    house.client.get(PREDICTIONS, params={"subject": SUBJECT}, headers=anna)
    house.client.patch(f"{PREDICTIONS}/{id}", json={"note": NOTE}, headers=anna)
    batch = house.client.post(BATCHES, json={"items": [{"name": FILE, "size": 9}]}, headers=anna).json()
    house.client.get(f"{BATCHES}/{batch['id']}/items", headers=anna)
    house.client.delete(f"{PREDICTIONS}/{id}", headers=anna)
    stored = _stored(house)
    assert id in stored
    for planted in (SUBJECT, NOTE, FILE, KEY_NAME, "planted", "anna", "example.org"):
        assert planted not in stored, planted


def _stored(house: House) -> str:
    """Every entry of the log as the store holds it."""
    if house.settings.table:
        items = aws_client("dynamodb").scan(TableName=house.settings.table)["Items"]
        return json.dumps([item for item in items if item["pk"]["S"].startswith("audit:")])
    with sqlite3.connect(house.data / "retina.sqlite") as connection:
        return str(connection.execute("SELECT * FROM records WHERE partition LIKE 'audit:%'").fetchall())
