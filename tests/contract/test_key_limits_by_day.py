"""Days and months of the limits of API keys begin at midnight in UTC, also for what is reserved, in both stores."""

from collections.abc import Callable

import pytest

from retina import clock
from retina.errors import KeyLimitError
from support.keyed_account import Keyed, on


def test_days_and_months_begin_at_midnight_in_utc(keyed: Callable[..., Keyed], monkeypatch: pytest.MonkeyPatch) -> None:
    anna = keyed(day=2, month=5)
    for day, left in (("2026-11-28", 2), ("2026-11-29", 2), ("2026-11-30", 1), ("2026-12-01", 2)):
        on(monkeypatch, day)
        for _ in range(left):
            anna.charge()
        with pytest.raises(KeyLimitError) as refused:
            anna.charge()
        until = {"2026-11-30": "2026-12-01", "2026-12-01": "2026-12-02"}.get(day, f"2026-11-{int(day[8:]) + 1}")
        assert until in str(refused.value)
        assert refused.value.retry_after == 6 * 3600 + 1
    on(monkeypatch, "2026-12-31")
    anna.batch(1)
    with pytest.raises(KeyLimitError, match="raise the limit") as refused:
        anna.batch(3)
    assert refused.value.retry_after is None, "it never fits into a day"


def test_a_reservation_counts_for_the_day_on_which_it_was_made(
    keyed: Callable[..., Keyed], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = keyed(day=6, month=10)
    on(monkeypatch, "2026-11-30")
    batch = anna.batch(6)
    anna.finish(batch, 0, "failed")
    anna.finish(batch, 1, "failed")
    on(monkeypatch, "2026-12-01")
    anna.batches.retry(anna.known(batch))
    assert anna.spent() == (2, 2)
    anna.finish(batch, 2, "done")
    assert anna.spent() == (2, 2), "it was reserved yesterday"
    anna.batches.cancel(anna.known(batch))
    assert anna.spent() == (0, 0)
    on(monkeypatch, "2026-11-30")
    assert anna.spent() == (1, 1)
    [usage] = anna.credits.charged(anna.account)[0]
    assert usage == ("2026-12-01", anna.key, 1), "the ledger says when it was charged"


@pytest.mark.parametrize("begin", ["batch", "retry"])
def test_what_is_reserved_at_midnight_is_released_again(
    keyed: Callable[..., Keyed], monkeypatch: pytest.MonkeyPatch, begin: str
) -> None:
    """However often the clock is asked, reserving and counting are of the same day."""
    anna, days = keyed(day=9, month=9), ("2026-11-30", "2026-12-01")
    for first in range(4):  # midnight is between any two of the questions
        on(monkeypatch, days[0])
        batch = anna.batch(2)
        if begin == "retry":
            anna.batches.cancel(batch)
        else:
            anna.batches.delete(batch)
        asked = iter(range(100))
        with monkeypatch.context() as midnight:
            midnight.setattr(clock, "today", lambda: days[next(asked) > first])
            batch = anna.batches.retry(anna.known(batch)) if begin == "retry" else anna.batch(2)
        assert anna.finish(batch, 0, "rejected")
        anna.batches.cancel(anna.known(batch))
        for day in days:
            on(monkeypatch, day)
            assert anna.spent() == (0, 0), (first, day)
