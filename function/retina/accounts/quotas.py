"""Limits on how many things of a kind an account has, exact however many requests arrive at once.

Each thing takes a numbered place in its account's list, and a place is taken by one thing alone: two requests that
count the same list cannot both get the last one. A place that expires or is deleted is free again.
"""

import random
import re
from collections.abc import Callable, Sequence

from retina.storage.records import (
    Change,
    ConditionError,
    Key,
    Put,
    Record,
    Records,
    ensure,
)

NUMBER = re.compile(r"[0-9]{3}")


def take(
    records: Records, partition: str, most: int, changes: Callable[[Key], tuple[Put, *tuple[Change, ...]]]
) -> bool:
    """Write `changes`, given the key of a free place in `partition`; False where all `most` (to 1,000) are taken.

    The first change is like no other request's, and one of the others puts a NEW record at the place.
    """
    while free := _free(records.query(partition), most):
        place = Key(partition, random.choice(free))
        mark, *others = changes(place)
        try:
            ensure(records, mark, *others)
        except ConditionError as error:
            if place not in error.failed:
                raise
        else:
            return True
    return False


def _free(rows: Sequence[Record], most: int) -> list[str]:
    taken = {row.key.sort for row in rows}
    # Rows from before places were numbered count, too; there will be no more of them.
    unnumbered = sum(not NUMBER.fullmatch(sort) for sort in taken)
    return [place for number in range(unnumbered, most) if (place := f"{number:03d}") not in taken]
