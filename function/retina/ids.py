"""Random ids, by which nothing is guessed: 32 hexadecimal digits."""

import re
import secrets

PATTERN = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    """A new one."""
    return secrets.token_hex(16)


def is_id(text: str) -> bool:
    """Whether `text` looks like one: whatever else callers send is not looked up."""
    return bool(PATTERN.fullmatch(text))
