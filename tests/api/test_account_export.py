"""The export of a whole account."""

import csv
import io
import zipfile

import pytest

from retina.payment.settlement import Payment
from retina.prices import Pack
from retina.tables import MARK
from support.house import (
    BATCHES,
    EXPORTS,
    PREDICTIONS,
    House,
    problem,
)
from support.tables import rows_of

SUBJECT, KEY_NAME = "P-0017", "=Reading centre"


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return rows_of(archive.read(name))


def test_an_account_export_has_history_key_names_batches_ledger_and_audit_log(house: House, tiny: bytes) -> None:
    anna, berta = house.person(), house.person("berta")
    made = house.client.post("/api/v1/keys", json={"name": KEY_NAME, "scopes": ["predict"]}, headers=anna).json()
    key = {"X-API-Key": made["key"]}
    saved = house.client.post(
        PREDICTIONS, files={"file": tiny}, data={"save": "true", "subject": SUBJECT}, headers=key
    ).json()
    batch = house.client.post(BATCHES, json={"items": [{"name": "a", "size": len(tiny)}]}, headers=key).json()
    assert house.send(batch["upload"], "0", tiny).status_code == 204
    theirs = house.client.post(BATCHES, json={"items": [{"name": "b", "size": 9}]}, headers=berta).json()
    house.work_off()
    export = house.client.post(EXPORTS, json={"account": True}, headers=anna).raise_for_status().json()
    house.work_off()
    ready = house.client.get(f"{EXPORTS}/{export['id']}", headers=anna).json()
    assert ready["state"] == "ready"
    assert ready["parts"][0]["name"].startswith("retina-account-")
    with zipfile.ZipFile(io.BytesIO(house.fetch(ready["parts"][-1]["url"]).content)) as archive:
        assert archive.testzip() is None
        [row] = table(archive, "keys.csv")
        assert (row["id"], row["name"], row["scopes"]) == (made["id"], f"'{KEY_NAME}", "predict")
        [row] = table(archive, "batches.csv")
        assert (row["id"], row["photographs"], row["done"]) == (batch["id"], "1", "1")
        ledger = table(archive, "ledger.csv")
        assert [(row["amount"], row["kind"]) for row in ledger] == [
            ("20", "signup"),
            ("-1", "charge"),
            ("-1", "charge"),
        ]
        assert {row["key_id"] for row in ledger[1:]} == {made["id"]}
        audit = {(row["action"], row["record"]) for row in table(archive, "audit.csv")}
        assert {("prediction.saved", saved["id"]), ("key.made", made["id"]), ("batch.made", batch["id"])} <= audit
        assert ("account.exported", export["id"]) in audit
        [row] = table(archive, "history.csv")
        assert row["subject"] == SUBJECT
        everything = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".csv"))
        secret = made["key"].rpartition("_")[2]
        for hidden in (secret, "sha256:", theirs["id"]):
            assert hidden.encode() not in everything


def test_purchases_are_exported(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from retina.jobs import account_tables

    monkeypatch.setattr(account_tables, "PAGE", 1)
    account, purchases = house.account(house.person()), house.services.selling.purchases
    first, second = (purchases.begin(account, Pack(credits=100, amount=900), "eur") for _ in range(2))
    payment = Payment(paid=True, total=1080, currency="eur", refunded=540, receipt="https://pay.example/1")
    purchases.settle(first.reference, lambda: payment)
    text = "".join(dict(account_tables.account_tables(house.services, account))["purchases.csv"])
    found = [*csv.DictReader(io.StringIO(text.removeprefix(MARK)))]
    assert [(row["id"], row["state"]) for row in found] == [(second.id, "created"), (first.id, "refunded")]
    paid = found[1]
    assert [paid[name] for name in ("credits", "amount", "currency", "total", "refunded", "taken", "receipt")] == [
        "100",
        "900",
        "eur",
        "1080",
        "540",
        "50",
        "https://pay.example/1",
    ]


def test_a_long_ledger_and_audit_log_are_complete(house: House) -> None:
    anna = house.person()
    account = house.account(anna)
    for number in range(30):
        house.services.credits.grant(account, 1, f"grant {number}")
        house.services.audit.note(account, "prediction.changed", str(number))
    from retina.jobs import account_tables

    files = dict(account_tables.account_tables(house.services, account))
    assert len([*files["ledger.csv"]]) == 1 + 31
    assert len([line for line in files["audit.csv"] if "prediction.changed" in line]) == 30


def test_only_users_export_an_account(house: House) -> None:
    anna = house.person()
    assert problem(house.client.post(EXPORTS, json={"account": True}, headers=house.key(anna))) == (
        403,
        "person_required",
    )
    export = house.client.post(EXPORTS, json={"account": True}, headers=anna).raise_for_status().json()
    house.work_off()
    key, path = house.key(anna), f"{EXPORTS}/{export['id']}"
    assert problem(house.client.get(path, headers=key)) == (403, "person_required")
    assert problem(house.client.delete(path, headers=key)) == (403, "person_required")
    assert house.client.get(path, headers=anna).json()["parts"]
    history = house.client.post(EXPORTS, json={"history": True}, headers=anna).raise_for_status().json()
    assert house.client.get(f"{EXPORTS}/{history['id']}", headers=key).status_code == 200, "that one keys may have"
    for body in ({}, {"account": True, "history": True}, {"account": True, "batch": "0" * 32}):
        assert problem(house.client.post(EXPORTS, json=body, headers=anna)) == (422, "invalid_request")
