"""What a payment, a refund or a dispute changes: whatever is learned, and whenever, the figures add up."""

from hypothesis import given
from hypothesis import strategies as st

from retina.payment.settlement import Payment, Purchase, settled

BOUGHT = Purchase("a" * 32, f"2026-11-26T00:00:00.000000Z:{'b' * 32}", 100, 900, "eur")
MONEY = st.integers(0, 1200)
PAYMENTS = st.builds(Payment, paid=st.booleans(), ended=st.booleans(), total=MONEY, refunded=MONEY, disputed=MONEY)


@given(st.lists(st.tuples(PAYMENTS, st.integers(0, 150))))
def test_no_sequence_takes_more_than_there_is_or_gives_more_than_was_paid(seen: list[tuple[Payment, int]]) -> None:
    purchase, balance = BOUGHT, 7
    for payment, spent in seen:
        balance = max(0, balance - spent)
        purchase, change = settled(purchase, payment, balance)
        balance += change
        assert balance >= 0
        assert 0 <= purchase.taken <= purchase.given <= 100
        assert purchase.missing >= 0
        owed = purchase.taken + purchase.missing
        assert owed <= purchase.given
        if payment.total and payment.refunded >= payment.total:
            assert owed == purchase.given, "all of it"
        assert settled(purchase, payment, balance) == (purchase, 0), "once"


def test_states() -> None:
    paid = Payment(paid=True, total=1080)
    for payment, state in (
        (Payment(), "created"),
        (Payment(ended=True), "not_paid"),
        (paid, "credited"),
        (Payment(paid=True, total=1080, refunded=540), "refunded"),
        (Payment(paid=True, total=1080, refunded=540, disputed=540), "disputed"),
    ):
        purchase, _ = settled(BOUGHT, payment, 50)
        assert purchase.state == state
    assert (purchase.id, purchase.created) == ("b" * 32, "2026-11-26T00:00:00.000000Z")


def test_a_part_of_the_money_takes_back_the_same_part_of_the_credits() -> None:
    credited, change = settled(BOUGHT, Payment(paid=True, total=1080), 0)
    assert change == 100
    half, change = settled(credited, Payment(paid=True, total=1080, refunded=540), 100)
    assert (change, half.taken, half.missing) == (-50, 50, 0)
    disputed, change = settled(half, Payment(paid=True, total=1080, refunded=540, disputed=540), 20)
    assert (change, disputed.taken, disputed.missing) == (-20, 70, 30)
    won, change = settled(disputed, Payment(paid=True, total=1080, refunded=540), 0)
    assert (change, won.taken, won.missing) == (20, 50, 0), "the dispute was won: given back"
