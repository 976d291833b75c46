"""Checks the Host header against the names that this service accepts.

A request with another host came through somebody else's DNS, or tries to put that host into the links of a response.
"""

import ipaddress
import re

from starlette.datastructures import Headers
from starlette.types import Scope

from retina.errors import HostRefusedError

EVERY = "*"
HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^:/?#@\s\[\]]+))(?::[0-9]{1,5})?")
REFUSED = (
    "This service does not answer requests for that host name. Open it at the address it is served at; its operator "
    "can allow more names with RETINA_HOSTS."
)


class Hosts:
    """The host names in a comma-separated list; `EVERY` allows any."""

    def __init__(self, names: str) -> None:
        self._names = {_plain(name.strip()) for name in names.split(",")} - {""}

    def demand(self, scope: Scope) -> None:
        """Raises `HostRefusedError`. The address that the connection came to is always accepted; the port is ignored.

        If the request names no host, links are made with that address.
        """
        host = Headers(scope=scope).get("host")
        if host is None or EVERY in self._names:
            return
        match = HOST.fullmatch(host.lower())
        name = _plain(match[1] or match[2]) if match else ""
        served = scope.get("server")
        if not name or (name not in self._names and not (served and name == _plain(served[0]))):
            raise HostRefusedError(REFUSED)


def _plain(name: str) -> str:
    """The normal form of a host: an IP address in its usual notation, or a name in lower case without a final dot."""
    text = name.lower().removesuffix(".")
    try:
        address = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return text
    return str(getattr(address, "ipv4_mapped", None) or address)
