"""Exact limits on the number of things of a kind that an account has, even with many simultaneous requests.

Each thing takes a numbered place in its account's list, and a place holds one thing: two requests that count the same
list cannot both get the last place. A place is free again once its thing expires or is deleted.
"""

import re
import secrets
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
    """Write `changes`, given the key of a free place in `partition`; False if all `most` (up to 1,000) are taken.

    The first change must be unique to the request, and one of the others must put a NEW record at the place.
    """
    while free := _free(records.query(partition), most):
        place = Key(partition, secrets.choice(free))
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
    # Records from before places were numbered also count. No new ones are created.
    unnumbered = sum(not NUMBER.fullmatch(sort) for sort in taken)
    return [place for number in range(unnumbered, most) if (place := f"{number:03d}") not in taken]
