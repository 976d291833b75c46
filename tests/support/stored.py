"""Everything the service has stored, wherever it is."""

import json
from typing import Any

from support.house import (
    House,
)


def everything(house: House, audit: bool = True) -> str:
    """All that is stored, records and blobs, as text; without the audit log where that is not wanted."""
    settings, services = house.settings, house.services
    if not settings.table:
        rows = services.records._database.query("SELECT * FROM records")  # type: ignore[attr-defined]
        rows = [row for row in rows if audit or not row["partition"].startswith("audit:")]
        files = [str(path.relative_to(house.data)) for path in house.data.rglob("*") if path.is_file()]
        return json.dumps([*map(tuple, rows), *files], default=str)
    client = services.records._client  # type: ignore[attr-defined]
    items = client.scan(TableName=settings.table)["Items"]
    items = [item for item in items if audit or not item["pk"]["S"].startswith("audit:")]
    keys = [key for blobs in (services.uploads, services.results) for key in S3Keys(blobs)]
    return json.dumps([*items, *keys])


class S3Keys(list[str]):
    def __init__(self, blobs: Any) -> None:
        found = blobs._client.list_objects_v2(Bucket=blobs._bucket)
        super().__init__(each["Key"] for each in found.get("Contents", []))
