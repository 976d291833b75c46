"""Random ids that cannot be guessed: 32 hexadecimal digits."""

import re
import secrets

PATTERN = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    """A new random id."""
    return secrets.token_hex(16)


def is_id(text: str) -> bool:
    """Whether `text` has the format of an id; nothing else that callers send is looked up."""
    return bool(PATTERN.fullmatch(text))
