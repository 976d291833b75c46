"""What an API key may be used for: three scopes, of which each request by key needs exactly one.

Enters: a request's method and the path of its route; leaves: the scope. A route that is not named here has the scope of
its method, so that none is without one.
"""

from types import MappingProxyType
from typing import Literal, get_args

Scope = Literal["predict", "read", "delete"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""predict: segment photographs, save and label them, run batches. read: see and download what was saved. delete: remove
it.
"""
OF_METHOD: MappingProxyType[str, Scope] = MappingProxyType(
    {"GET": "read", "HEAD": "read", "POST": "predict", "PATCH": "predict", "PUT": "predict", "DELETE": "delete"}
)
EXCEPTIONS: MappingProxyType[tuple[str, str], Scope] = MappingProxyType({("POST", "/api/v1/exports"): "read"})


def scope_of(method: str, path: str) -> Scope:
    """The scope that a request by key needs; `path` is the route's, such as /api/v1/predictions/{id}."""
    return EXCEPTIONS.get((method, path)) or OF_METHOD[method]
