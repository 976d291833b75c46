"""The table that `retina segment` writes."""

from pathlib import Path

from support.tables import rows_in


def rows(out: Path) -> dict[str, dict[str, str]]:
    found = rows_in(out / "results.csv")
    assert len({row["file"] for row in found}) == len(found), "one row for every input"
    return {row["file"]: row for row in found}
