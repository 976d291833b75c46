"""Simulated trouble with DynamoDB: some transactions fail with a conflict, others succeed but their replies are lost.

Responds from the same memory as the server of the `aws` fixture, at the address that is given to a service. Does what
DynamoDB does and moto does not: nobody reads a half-done transaction, and one that is retried with its token is applied
once. A forgotten transaction counts as older than DynamoDB's memory for tokens, ten minutes; a retry runs it again.
"""

import io
import json
import random
import socket
import threading
from collections import Counter
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

TRANSACTION = "DynamoDB_20120810.TransactWriteItems"
TROUBLES = ("conflict", "lost", "lost and forgotten", "lost and in progress", "failed after it was made")


class TroubledAws:
    """Use as a context; `share` of the transactions get into trouble, one kind as often as another."""

    def __init__(self, seed: int, share: float) -> None:
        self._random, self._share, self._lock = random.Random(seed), share, threading.Lock()
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._made: dict[str, tuple[bytes, Response]] = {}
        self._in_progress: set[str] = set()
        self.seen: Counter[str] = Counter()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=MotoRequestHandler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "TroubledAws":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if not target.startswith("DynamoDB_"):
            return self._moto(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        with self._lock:
            answer = self._transaction(environ, body) if target == TRANSACTION else self._plain(environ, body)
        if answer is None:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        return answer(environ, start_response)

    def _transaction(self, environ: dict[str, Any], body: bytes) -> Response | None:
        """The answer, or None where it is not to arrive."""
        request = json.loads(body)
        token = request["ClientRequestToken"]
        if token in self._in_progress:
            self._in_progress.remove(token)
            return _error("TransactionInProgressException")
        if token in self._made:
            same, answer = self._made[token][0] == body, self._made[token][1]
            return answer if same else _error("IdempotentParameterMismatchException")
        trouble = self._random.choice(TROUBLES) if self._random.random() < self._share else ""
        if trouble == "conflict":
            self.seen[trouble] += 1
            reasons = [{"Code": "None"} for _ in request["TransactItems"]]
            self._random.choice(reasons)["Code"] = "TransactionConflict"
            return _error("TransactionCanceledException", CancellationReasons=reasons)
        answer = self._plain(environ, body)
        if answer.status_code != 200:
            return answer
        self.seen[trouble] += 1
        if trouble != "lost and forgotten":
            self._made[token] = body, answer
        if trouble == "lost and in progress":
            self._in_progress.add(token)
        if trouble == "failed after it was made":
            return _error("InternalServerError", 500)
        return None if trouble else answer

    def _plain(self, environ: dict[str, Any], body: bytes) -> Response:
        return Response.from_app(self._moto, environ | {"wsgi.input": io.BytesIO(body)}, buffered=True)


def _error(name: str, status: int = 400, **more: Any) -> Response:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "message": "trouble", **more}
    return Response(json.dumps(body), status, content_type="application/x-amz-json-1.0")
