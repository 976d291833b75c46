"""The scopes of API keys. Each request with a key needs exactly one of the three.

A route without an exception has the scope of its method, so every route has one.
"""

from types import MappingProxyType
from typing import Literal, get_args

Scope = Literal["predict", "read", "delete"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""predict: segment photographs, save and label them, run batches. read: view and download what was saved. delete:
delete it."""
OF_METHOD: MappingProxyType[str, Scope] = MappingProxyType(
    {"GET": "read", "HEAD": "read", "POST": "predict", "PATCH": "predict", "PUT": "predict", "DELETE": "delete"}
)
EXCEPTIONS: MappingProxyType[tuple[str, str], Scope] = MappingProxyType({("POST", "/api/v1/exports"): "read"})


def scope_of(method: str, path: str) -> Scope:
    """The scope that a request with a key needs; `path` is the route's, such as /api/v1/predictions/{id}."""
    return EXCEPTIONS.get((method, path)) or OF_METHOD[method]
