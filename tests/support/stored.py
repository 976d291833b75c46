"""Everything the service has stored, wherever it is."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
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


def names_with(id: str, stored: str) -> set[str]:
    """The partitions and keys in what `everything` has found that contain an id."""
    return set(re.findall(rf'[^"\\]*{id}[^"\\]*', stored))


class S3Keys(list[str]):
    def __init__(self, blobs: Any) -> None:
        found = blobs._client.list_objects_v2(Bucket=blobs._bucket)
        super().__init__(each["Key"] for each in found.get("Contents", []))


def stored(house: House) -> Iterator[bytes]:
    """Every byte that the service keeps anywhere, names included; and what is inside of ZIP files."""
    for name, data in files(house):
        yield name.encode()
        yield data
        if data[:4] == b"PK\3\4":
            packed = zipfile.ZipFile(io.BytesIO(data))
            yield from (inside.encode() + packed.read(inside) for inside in packed.namelist())


def files(house: House) -> Iterator[tuple[str, bytes]]:
    """Of the embedded store: the database with its log and index, blobs and uploads; of AWS': every item and object."""
    yield from ((str(path), path.read_bytes()) for path in house.data.rglob("*") if path.is_file())
    if not house.settings.table:
        return
    services: Any = house.services
    pages = services.records._client.get_paginator("scan").paginate(TableName=house.settings.table)
    yield "table", json.dumps([page["Items"] for page in pages]).encode()
    for blobs in (services.uploads, services.results):
        client, bucket = blobs._client, blobs._bucket
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for known in page.get("Contents", []):
                yield known["Key"], client.get_object(Bucket=bucket, Key=known["Key"])["Body"].read()
        assert not client.list_multipart_uploads(Bucket=bucket).get("Uploads"), "half an upload"


def found(house: House, *traces: str | bytes) -> set[str | bytes]:
    """Those of the traces that are stored."""
    sought = {trace: trace if isinstance(trace, bytes) else trace.encode() for trace in traces}
    return {trace for data in stored(house) for trace, sequence in sought.items() if sequence in data}
