"""Exports made through the API and the worker."""

import io
import zipfile
from typing import Any

from support.house import EXPORTS, House


def export(house: House, who: dict[str, str], **body: Any) -> zipfile.ZipFile:
    """The ZIP file of an export, once a worker has created it."""
    made = house.client.post(EXPORTS, json=body, headers=who)
    assert made.status_code == 202, made.text
    assert (made.json()["state"], made.json()["url"], made.json()["bytes"]) == ("waiting", None, None)
    house.work_off()
    ready = house.client.get(f"{EXPORTS}/{made.json()['id']}", headers=who).json()
    assert ready["state"] == "ready"
    file = house.fetch(ready["url"])
    assert file.status_code == 200
    assert len(file.content) == ready["bytes"]
    return zipfile.ZipFile(io.BytesIO(file.content))
