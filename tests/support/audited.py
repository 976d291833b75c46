"""A saved prediction, which the audit log must record, with names and notes that it must not contain."""

from support.house import (
    PREDICTIONS,
    House,
)

SUBJECT, NOTE, FILE, KEY_NAME = "planted-subject-81", "planted-note-82", "planted-name-83.jpg", "planted-key-84"


def saved(house: House, who: dict[str, str], tiny: bytes) -> str:
    files, fields = {"file": (FILE, tiny)}, {"save": "true", "subject": SUBJECT, "note": NOTE, "eye": "left"}
    return str(house.client.post(PREDICTIONS, files=files, data=fields, headers=who).raise_for_status().json()["id"])
