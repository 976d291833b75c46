"""The few routes of Stripe that the service asks, with what people do on its page: pay, and have money refunded.

Written from Stripe's API reference. It takes no cards: `pay` is what a customer does.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

API_KEY, WEBHOOK_SECRET = "sk_test_planted0key", "whsec_planted0secret"
CARD = "4242424242424242"
"""Which Stripe knows and the service never hears of."""

EXPANDABLE = ("payment_intent", "invoice")
"""Of a session: shown in full only to who asks for that, otherwise by id."""

Event = dict[str, Any]


class StripeServer:
    """What Stripe knows. Every change makes an event, in `events`; a test delivers it, or does not."""

    def __init__(self) -> None:
        self.sessions: dict[str, Event] = {}
        self.refunds: list[Event] = []
        self.disputes: list[Event] = []
        self.events: list[Event] = []
        self.asked: list[str] = []
        self.down = False
        self.gone = set[str]()
        """Ids of sessions and payments that it finds no more."""
        self.hung = 0
        self._released = threading.Event()
        self._released.set()
        self._signed: dict[str, int] = {}
        self.lock = threading.RLock()
        self.url = ""

    def forget(self) -> None:
        """Everything, for the next test."""
        for each in (self.sessions, self.refunds, self.disputes, self.events, self.asked, self.gone):
            each.clear()
        self.down, self.hung = False, 0

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Meanwhile nothing is answered; `hung` counts the requests."""
        self._released.clear()
        try:
            yield
        finally:
            self._released.set()

    def wait(self) -> None:
        """While it hangs."""
        if not self._released.is_set():
            with self.lock:
                self.hung += 1
            self._released.wait()

    def pay(self, session: str) -> Event:
        """A customer pays with a card."""
        with self.lock:
            found, id = self.sessions[session], secrets.token_hex(8)
            assert found["status"] != "expired", "the page says so, and takes no money"
            charge = {
                "object": "charge",
                "id": f"ch_{id}",
                "payment_intent": f"pi_{id}",
                "amount": found["amount_total"],
                "amount_refunded": 0,
                "disputed": False,
                "receipt_url": f"https://pay.example/receipts/{id}",
                "payment_method_details": {"card": {"last4": CARD[-4:], "number": CARD}},
            }
            intent = {"object": "payment_intent", "id": f"pi_{id}", "status": "succeeded", "latest_charge": charge}
            found |= {"status": "complete", "payment_status": "paid", "payment_intent": intent}
            if found["form"]["invoice_creation[enabled]"] == "true":
                at = f"https://invoice.example/{id}"
                found["invoice"] = {"object": "invoice", "id": f"in_{id}", "hosted_invoice_url": at}
            return self._event("checkout.session.completed", self.plain(found))

    def pay_slowly(self, session: str) -> Event:
        """A customer orders a bank transfer or a direct debit, which takes days."""
        with self.lock:
            intent = {"object": "payment_intent", "id": f"pi_{secrets.token_hex(8)}", "status": "processing"}
            self.sessions[session] |= {"status": "complete", "payment_intent": intent | {"latest_charge": None}}
            return self._event("checkout.session.completed", self.plain(self.sessions[session]))

    def fail(self, session: str) -> Event:
        """The bank refuses what was to be paid slowly."""
        with self.lock:
            self.sessions[session]["payment_intent"]["status"] = "requires_payment_method"
            return self._event("checkout.session.async_payment_failed", self.plain(self.sessions[session]))

    def expire(self, session: str) -> Event:
        with self.lock:
            self.sessions[session]["status"] = "expired"
            return self._event("checkout.session.expired", self.plain(self.sessions[session]))

    def refund(self, session: str, amount: int) -> Event:
        with self.lock:
            charge = self._charge(session)
            charge["amount_refunded"] += amount
            intent = charge["payment_intent"]
            self.refunds.append(self._new("refund", "re", {"payment_intent": intent, "amount": amount}))
            return self._event("charge.refunded", charge)

    def dispute(self, session: str, status: str = "needs_response", amount: int | None = None) -> Event:
        with self.lock:
            charge = self._charge(session)
            charge["disputed"] = True
            facts = {"payment_intent": charge["payment_intent"], "amount": amount or charge["amount"], "status": status}
            self.disputes.append(self._new("dispute", "du", facts))
            return self._event("charge.dispute.created", self.disputes[-1])

    def close_dispute(self, session: str, status: str) -> Event:
        with self.lock:
            intent = self._charge(session)["payment_intent"]
            [found] = [each for each in self.disputes if each["payment_intent"] == intent]
            found["status"] = status
            return self._event("charge.dispute.closed", found)

    def signed(self, event: Event, at: int | None = None, secret: str = WEBHOOK_SECRET) -> tuple[bytes, dict[str, str]]:
        """Body and header of one attempt to deliver an event, each with a time of its own unless `at` says which."""
        body = json.dumps(event)
        if at is None:
            with self.lock:
                at = self._signed[body] = max(int(time.time()), self._signed.get(body, 0) + 1)
        signature = stripe.WebhookSignature.generate_signature_header(body, secret, at)
        return body.encode(), {"Stripe-Signature": signature, "Content-Type": "application/json"}

    def plain(self, session: Event) -> Event:
        """As Stripe shows a session where nothing is expanded."""
        return session | {name: session[name] and session[name]["id"] for name in EXPANDABLE}

    def answer(self, method: str, path: str, query: dict[str, str], idempotency: str) -> tuple[int, Event]:
        with self.lock:
            self.asked.append(f"{method} {path}")
            if self.gone & {path.rpartition("/")[2], query.get("payment_intent", "")}:
                return 404, {"error": {"message": "Not found", "code": "missing"}}
            if method == "POST" and path == "/v1/checkout/sessions":
                return 200, self._open(query, idempotency)
            if path.startswith("/v1/checkout/sessions/"):
                id, _, action = path.removeprefix("/v1/checkout/sessions/").partition("/")
                if (found := self.sessions.get(id)) is None:
                    return 404, {"error": {"message": "No such session", "code": "missing"}}
                return self._close(found) if action == "expire" else (200, self._shown(found, query))
            kinds = {"/v1/checkout/sessions": [*self.sessions.values()], "/v1/refunds": self.refunds}
            rows = (kinds | {"/v1/disputes": self.disputes})[path]
            return 200, self._page(path, rows, query)

    def _close(self, session: Event) -> tuple[int, Event]:
        if session["status"] != "open":
            return 400, {"error": {"type": "invalid_request_error", "message": "Only open ones can be expired"}}
        self.expire(session["id"])
        return 200, self.plain(session)

    def _shown(self, session: Event, query: dict[str, str]) -> Event:
        """With what was asked for in full."""
        wanted = {value.partition(".")[0] for name, value in query.items() if name.startswith("expand[")}
        return self.plain(session) | {name: session[name] for name in wanted}

    def _page(self, path: str, rows: list[Event], query: dict[str, str]) -> Event:
        def intent_of(row: Event) -> str:
            intent = row["payment_intent"]
            return str(intent["id"] if isinstance(intent, dict) else intent)

        rows = [row for row in rows if row["created"] >= int(query.get("created[gte]", 0))][::-1]
        rows = [row for row in rows if query.get("payment_intent", intent_of(row)) == intent_of(row)]
        rows = [row for row in rows if query.get("status", row.get("status")) == row.get("status")]
        ids = [row["id"] for row in rows]
        start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        page = rows[start : start + int(query.get("limit", 10))]
        shown = [self.plain(row) if row["object"] == "checkout.session" else row for row in page]
        return {"object": "list", "url": path, "data": shown, "has_more": start + len(page) < len(rows)}

    def _open(self, form: dict[str, str], idempotency: str) -> Event:
        id = f"cs_test_{idempotency}"
        price = "line_items[0][price_data]"
        facts = {
            "client_reference_id": form["client_reference_id"],
            "metadata": {"deployment": form["metadata[deployment]"]},
            "amount_total": int(form[f"{price}[unit_amount]"]) * int(form["line_items[0][quantity]"]),
            "currency": form[f"{price}[currency]"],
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "invoice": None,
            "url": f"{self.url}/pay/{id}",
            "success_url": form["success_url"],
        }
        return self.sessions.setdefault(id, self._new("checkout.session", "cs", facts) | {"id": id, "form": form})

    def _charge(self, session: str) -> Event:
        charge: Event = self.sessions[session]["payment_intent"]["latest_charge"]
        return charge

    def _new(self, kind: str, prefix: str, facts: Event) -> Event:
        return {"object": kind, "id": f"{prefix}_{secrets.token_hex(8)}", "created": int(time.time()), **facts}

    def _event(self, kind: str, about: Event) -> Event:
        event = self._new("event", "evt", {"type": kind, "data": {"object": json.loads(json.dumps(about))}})
        self.events.append(event)
        return event


@contextmanager
def stripe_server() -> Iterator[StripeServer]:
    """The server, at its `url`."""
    known = StripeServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer("GET", "")

        def do_POST(self) -> None:
            self._answer("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def _answer(self, method: str, form: str) -> None:
            where = urlsplit(self.path)
            query = dict(parse_qsl(form or where.query))
            known.wait()
            if known.down:
                status, content = 500, {"error": {"message": "down"}}
            elif self.headers["Authorization"] != f"Bearer {API_KEY}":
                status, content = 401, {"error": {"message": "Invalid API Key provided"}}
            else:
                status, content = known.answer(method, where.path, query, self.headers.get("Idempotency-Key", ""))
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    known.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def keys_file(folder: Path, server: StripeServer, **more: str) -> Path:
    """The file with the keys, as the setting names it."""
    file = folder / "stripe.json"
    keys = {"api_key": API_KEY, "webhook_secret": WEBHOOK_SECRET, "api_base": server.url} | more
    file.write_text(json.dumps(keys))
    file.chmod(0o600)
    return file
