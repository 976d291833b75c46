"""500 purchases while the server is killed repeatedly and Stripe's events come twice, late, in disorder or not at all:
the ledger equals the payments.
"""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from retina.accounts.ledger import Credits
from retina.errors import OutOfCreditsError
from retina.payment.purchases import Purchases
from retina.payment.selling import Selling
from retina.payment.settlement import Purchase
from retina.prices import prices_of
from retina.settings import Settings
from retina.storage.database import Database
from retina.storage.records import ConditionError
from retina.storage.sqlite import SqliteRecords
from support.account import accounts_of
from support.killable import KillableServer
from support.stripe_server import StripeServer, keys_file, stripe_server

pytestmark = pytest.mark.kills

PURCHASES, PEOPLE, KILLS, CONNECTIONS = 500, 25, 10, 4
EVENTS_BETWEEN_KILLS = 50
LOST, LATE, TWICE = 0.15, 0.1, 0.25
"""Shares of the events; those that are late come after everything has happened."""
AT_ONCE = 20
"""So many events are on their way at a time, and overtake each other."""
CREDITS, AMOUNT = 100, 900
PRICES = f'{{"currency": "eur", "packs": [{{"credits": {CREDITS}, "amount": {AMOUNT}}}]}}'


@pytest.fixture
def stripe() -> Iterator[StripeServer]:
    with stripe_server() as running:
        yield running


@pytest.fixture
def settings(environment: dict[str, str], stripe: StripeServer, tmp_path: Path) -> Settings:
    keys = str(keys_file(tmp_path, stripe))
    return Settings(data=Path(environment["RETINA_DATA"]), prices=prices_of(PRICES), stripe=keys)


@pytest.fixture
def server(environment: dict[str, str], settings: Settings) -> Iterator[KillableServer]:
    own = {"PRICES": PRICES, "STRIPE": str(settings.stripe), "ISSUER": "https://issuer.example", "CLIENT_ID": "page"}
    named = {f"RETINA_{name}": value for name, value in own.items()}
    running = KillableServer(environment | named, "support.payment_service")
    yield running
    running.end()


def happened(stripe: StripeServer, session: str, n: int) -> Iterator[dict[str, Any]]:
    """What becomes of a purchase, as events in their order."""
    if n % 25 == 0:
        yield stripe.expire(session)
        return
    yield stripe.pay(session)
    if n % 5 == 1:
        yield stripe.refund(session, AMOUNT if n % 2 else AMOUNT // 3)
    if n % 7 == 2:
        yield stripe.dispute(session)
    if n % 14 == 2:
        yield stripe.close_dispute(session, "won")


def owed(stripe: StripeServer, session: str) -> int:
    """Credits that ought to have been taken back of a purchase that was paid, worked out from Stripe's side."""
    charge = stripe.sessions[session]["payment_intent"]["latest_charge"]
    disputes = [each for each in stripe.disputes if each["payment_intent"] == charge["payment_intent"]]
    held = sum(int(each["amount"]) for each in disputes if each["status"] != "won")
    return CREDITS * min(int(charge["amount_refunded"]) + held, AMOUNT) // AMOUNT


class Post:
    """Delivers the events of `lives` to `server`, each again until it is taken, as Stripe does.

    What happens next in one of the lives happens between two deliveries, so that purchases are settled in every state.
    """

    def __init__(self, server: KillableServer, stripe: StripeServer, lives: list[Iterator[dict[str, Any]]]) -> None:
        self._url, self._stripe, self._lives = server.url, stripe, lives
        self._waiting, self._late = list[dict[str, Any]](), list[dict[str, Any]]()
        self._chance, self._lock = random.Random(5), threading.Lock()
        self.taken, self.seen, self.sent = threading.Semaphore(0), Counter[int](), 0

    def _happen(self) -> None:
        """Something to somebody's purchase; its event is lost, late, or sent once or twice."""
        place = self._chance.randrange(len(self._lives))
        event = next(self._lives[place], None)
        if event is None:
            self._lives[place] = self._lives[-1]
            self._lives.pop()
        elif self._chance.random() > LOST:
            times = 2 if self._chance.random() < TWICE else 1
            self.sent += times
            (self._late if self._chance.random() < LATE else self._waiting).extend([event] * times)

    def _next(self) -> dict[str, Any] | None:
        with self._lock:
            while self._lives and len(self._waiting) < AT_ONCE:
                self._happen()
            if not self._lives:
                self._waiting, self._late = self._waiting + self._late, []
            return self._waiting.pop(self._chance.randrange(len(self._waiting))) if self._waiting else None

    def deliver(self) -> None:
        """Until nothing waits."""
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while event := self._next():
                body, headers = self._stripe.signed(event)
                try:
                    status = client.post("/api/v1/stripe-events", content=body, headers=headers).status_code
                except httpx.TransportError:
                    status = 0
                    time.sleep(0.05)
                with self._lock:
                    self.seen[status] += 1
                    if status != 204:
                        self._waiting.append(event)
                if status == 204:
                    self.taken.release()


def spend(records: SqliteRecords, accounts: list[str], sold_out: threading.Event) -> int:
    """Calls by API key that go on while purchases are credited and refunded; how many were charged."""
    charged = 0
    for n in itertools.count():
        if charged == 600 or sold_out.wait(0.005):
            break
        try:
            Credits(records).charge(accounts[n % 5], "k", f"prediction {n}")
            charged += 1
        except (OutOfCreditsError, ConditionError):
            continue
    return charged


def test_the_ledger_equals_the_payments(server: KillableServer, stripe: StripeServer, settings: Settings) -> None:
    records = SqliteRecords(Database(settings.data / "retina.sqlite"))
    known, selling = accounts_of(records, 0), Selling(settings, records)
    accounts = [known.of_user("https://issuer.example", f"{n}") for n in range(PEOPLE)]
    sold = [selling.buy(accounts[n % PEOPLE], CREDITS, "http://here")[1] for n in range(PURCHASES)]
    lives = [happened(stripe, url.rpartition("/")[2], n) for n, url in enumerate(sold)]
    post, over = Post(server, stripe, lives), threading.Event()
    with ThreadPoolExecutor(CONNECTIONS + 1) as pool:
        spending = pool.submit(spend, records, accounts, over)
        posting = [pool.submit(post.deliver) for _ in range(CONNECTIONS)]
        for _ in range(KILLS):
            for _ in range(EVENTS_BETWEEN_KILLS):
                assert post.taken.acquire(timeout=60)
            server.kill()
            server.start()
        for each in posting:
            each.result()
        over.set()
        assert spending.result() > 0
    assert post.seen[204] == post.sent
    assert post.seen[0], "the server was killed while it was being told"
    assert set(post.seen) <= {0, 204, 503}
    assert [*selling.reconcile(1)], "what was lost"
    assert [*selling.reconcile(1)] == []
    assert_equal(stripe, records, accounts)


def assert_equal(stripe: StripeServer, records: SqliteRecords, accounts: list[str]) -> None:
    entries = Counter[str]()
    sessions = {found["client_reference_id"]: id for id, found in stripe.sessions.items()}
    books, credited = Credits(records), 0
    for account in accounts:
        purchases: list[Purchase] = Purchases(records).of(account, 1000)[0]
        for purchase in purchases:
            session = sessions[purchase.reference]
            paid = stripe.sessions[session]["payment_status"] == "paid"
            assert purchase.given == (CREDITS if paid else 0)
            assert purchase.taken + purchase.missing == (owed(stripe, session) if paid else 0)
            credited += paid
        ledger = books.ledger(account, limit=10_000)
        entries.update(entry.what for entry in ledger if entry.kind in ("purchase", "refund"))
        bought = sum(entry.amount for entry in ledger if entry.kind in ("purchase", "refund"))
        assert bought == sum(purchase.given - purchase.taken for purchase in purchases)
        assert books.balance(account) == sum(entry.amount for entry in ledger) >= 0
        assert books.available(account) == 0 or not any(purchase.missing for purchase in purchases)
    assert credited == PURCHASES * 24 // 25
    assert Counter(entries.values())[3], "paid, disputed and won, each of them booked when it was so"
