"""Caches that only tests need: what is worked out for each application or request is worked out once for all tests."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from fastapi.dependencies.models import Dependant


def rotating_keys(new_key: Callable[[], bytes], count: int = 4) -> Callable[[], bytes]:
    """In place of `new_key`, which takes a tenth of a second: the first `count` keys in turn, so that services of one
    test have different ones.
    """
    keys = deque[bytes]()

    def key() -> bytes:
        keys.append(new_key() if len(keys) < count else keys.popleft())
        return keys[-1]

    return key


def cached_signatures(read: Callable[..., Dependant]) -> Callable[..., Dependant]:
    """In place of FastAPI's `get_dependant`, which reads the signatures of all routes again for each application."""
    found = cache(read)

    def dependant(**route: Any) -> Dependant:
        known = found(**route)
        return replace(known, dependencies=[*known.dependencies])  # FastAPI adds those of the router to this list

    return dependant


def cache_in_moto() -> None:
    """Let moto's server remember to which service a host belongs (it lists its own folders to find out) and under which
    names a field of an answer may be found.
    """
    from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    possible_keys, found = XFormedAttributePicker.get_possible_keys, dict[tuple[type, str, Any], list[str]]()

    def keys(self: Any, context: AttributePickerContext) -> list[str]:
        field = (type(context.obj), context.key, context.shape)
        if field not in found:
            found[field] = list(dict.fromkeys(possible_keys(self, context)))
        return found[field]

    of_host = cache(DomainDispatcherApplication.get_backend_for_host)
    setattr(DomainDispatcherApplication, "get_backend_for_host", of_host)
    setattr(XFormedAttributePicker, "get_possible_keys", keys)
