"""Requests written to a socket by hand: incomplete, lying or endless."""

import contextlib
import socket
from typing import Any

from support.processes import Server

MIB = 2**20
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}


def multipart(data: bytes) -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    return head + data + b"\r\n--b--\r\n"


def begun(server: Server, path: str, content_type: str, length: int, body: bytes) -> socket.socket:
    """A connection on which a request is sent but for its end."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def answered(connection: socket.socket) -> bytes:
    """All that comes until the connection is closed."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while more := connection.recv(10_000):
            answer += more
    return answer


def filled(form: dict[str, Any], file: bytes, name: str = "photo", **changes: str) -> bytes:
    """An upload form with boundary b, but for its end."""
    fields = form["fields"] | changes
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{fields[name]}\r\n' for name in fields]
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return "".join([*parts, head]).encode() + file
