"""A small server that speaks Lambda's Runtime API, so that the real runtime client can run the handler here.

Enters: events; leaves: what the function answered. Serves one function, one invocation at a time.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class RuntimeApi:
    """Starts `handler` (module.function) in `folder` under awslambdaric; use as a context."""

    def __init__(self, folder: Path, handler: str, environment: dict[str, str]) -> None:
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler_class())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{self._server.server_address[1]}"
        environment = environment | {
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_FUNCTION_NAME": "retina",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "_HANDLER": handler,
        }
        self.process = subprocess.Popen([sys.executable, "-m", "awslambdaric", handler], cwd=folder, env=environment)

    def __enter__(self) -> "RuntimeApi":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._server.shutdown()

    def invoke(self, event: dict[str, Any], seconds: float = 60) -> Any:
        """The function's answer to `event`; raises `RuntimeError` with what it reported instead."""
        self._events.put(event)
        kind, answer = self._answers.get(timeout=seconds)
        if kind != "response":
            raise RuntimeError(f"{kind}: {answer}")
        return answer

    def _handler_class(self) -> type[BaseHTTPRequestHandler]:
        events, answers = self._events, self._answers

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                body = json.dumps(events.get()).encode()
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", os.urandom(8).hex())
                self.send_header("Lambda-Runtime-Deadline-Ms", "9999999999999")
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:0:function:retina")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kind = self.path.rsplit("/", 1)[-1] if "/invocation/" in self.path else "init error"
                answers.put((kind, json.loads(body)))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                self.wfile.flush()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def http_event(method: str, path: str, body: bytes = b"", content_type: str = "") -> dict[str, Any]:
    """An HTTP API event, payload format 2.0, as API Gateway sends it for a binary body."""
    import base64

    headers = {"host": "api.example.com", "content-length": str(len(body))}
    if content_type:
        headers["content-type"] = content_type
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "api",
            "domainName": "api.example.com",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "request",
            "routeKey": "$default",
            "stage": "$default",
            "time": "23/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795435200000,
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
