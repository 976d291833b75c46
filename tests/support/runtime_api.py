"""A small server for Lambda's Runtime API, so that the real runtime client can run the handler here.

Passes events to one function, one invocation at a time, and returns its responses.
"""

import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ALONE = """
mount --make-rprivate /
mount -t tmpfs none /var && mkdir /var/task /var/runtime
mount --bind "$0" /var/task && mount --bind "$1" /var/runtime && shift
mount -o remount,ro,bind /var/task && mount -t tmpfs none /tmp && mount -o remount,ro,bind /
cd /var/task && PYTHONPATH=/var/runtime exec "$@"
"""
"""As on Lambda: the package at /var/task, the runtime client at /var/runtime, and nothing can be written but /tmp.

Run by root of a namespace of its own, with the two folders and a command.
"""


def alone(folder: Path, runtime: Path, *command: str) -> list[str]:
    """`command` as Lambda would run it, with the package `folder` and the client `runtime`."""
    return ["unshare", "--map-root-user", "--mount", "sh", "-ec", ALONE, str(folder), str(runtime), *command]


def can_be_alone() -> bool:
    """Whether this machine lets us make a namespace for `ALONE`."""
    command = alone(Path("/usr"), Path("/usr"), "true")
    return bool(shutil.which("unshare")) and subprocess.run(command, capture_output=True).returncode == 0


COGNITO = {
    "RETINA_ISSUER": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool",
    "RETINA_CLIENT_ID": "page",
    "RETINA_SIGN_IN_URL": "https://retina.auth.us-east-1.amazoncognito.com",
}
"""As the stack has them: the package goes without the issuer that the service has for itself."""


class RuntimeApi:
    """Starts `command`, which runs the handler "module.function" under awslambdaric in `folder`; use as a context.

    What the function prints goes to `log`.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, environment: dict[str, str], log: Path = Path(os.devnull)
    ) -> None:
        self._events: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self._answers: queue.Queue[tuple[str, str, Any]] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler_class())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{self._server.server_address[1]}"
        environment = environment | {
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_FUNCTION_NAME": "retina",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "_HANDLER": command[-1],
        }
        self._log = log.open("wb")
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=self._log)

    def __enter__(self) -> "RuntimeApi":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._log.close()
        self._server.shutdown()

    def invoke(self, event: dict[str, Any], seconds: float = 180) -> Any:
        """The function's answer to `event`; raises `RuntimeError` with what it reported instead."""
        mine = os.urandom(8).hex()
        self._events.put((mine, event))
        for _ in range(round(10 * seconds)):
            with suppress(queue.Empty):
                request, kind, answer = self._answers.get(timeout=0.1)
                if request in {mine, ""}:  # not the late answer to an event that was given up
                    break
            if self.process.poll() is not None:
                raise RuntimeError(f"the runtime client ended with {self.process.returncode}")
        else:
            raise RuntimeError(f"no answer in {seconds:g} s")
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
                request, event = events.get()
                body = json.dumps(event).encode()
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", request)
                self.send_header("Lambda-Runtime-Deadline-Ms", "9999999999999")
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:0:function:retina")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                *_, request, kind = self.path.split("/")
                if "/invocation/" not in self.path:
                    request, kind = "", "init error"
                answers.put((request, kind, json.loads(body)))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                self.wfile.flush()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


BOUNDARY = "----retina"


def multipart(path: str, data: bytes, **fields: str) -> dict[str, Any]:
    """The event of a form with the photograph `data`, posted to `path`."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'.encode()
    body = b"".join([*parts, head, data, f"\r\n--{BOUNDARY}--\r\n".encode()])
    return http_event("POST", path, body, f"multipart/form-data; boundary={BOUNDARY}")


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
