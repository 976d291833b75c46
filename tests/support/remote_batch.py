"""What `retina batch` has left behind: the rows of its table, and the credits of the account."""

from pathlib import Path

import httpx

from support.processes import Server
from support.tables import rows_in


def rows(out: Path) -> dict[str, dict[str, str]]:
    return {Path(row["file"]).name + row["number"]: row for row in rows_in(out / "results.csv")}


def left(server: Server, key: str) -> int:
    return int(httpx.get(f"{server.url}/api/v1/usage", headers={"X-API-Key": key}).json()["credits"])
