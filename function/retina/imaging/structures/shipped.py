"""Where the file of the second network lies, and which it is."""

import hashlib
from functools import cache
from pathlib import Path

NETWORK = "structures.tflite"


def bundled(name: str) -> Path:
    """The shipped file `name`: in an installed package the models are inside it, in a checkout beside it."""
    package = Path(__file__).parents[2]
    inside = package / "models"
    return (inside if inside.exists() else package.parents[1] / "models") / name


@cache
def shipped_sha256() -> str:
    """SHA-256 of the file: everything that the structures of a photograph depend on."""
    return hashlib.sha256(bundled(NETWORK).read_bytes()).hexdigest()
