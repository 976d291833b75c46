"""The table that `retina segment` writes."""

import csv
from pathlib import Path


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "results.csv").open(newline="") as lines:
        found = list(csv.DictReader(lines))
    assert len({row["file"] for row in found}) == len(found), "one row for every input"
    return {row["file"]: row for row in found}
