"""Where the files of the second network and of the classifier lie, and which they are."""

import hashlib
from functools import cache
from pathlib import Path

NETWORK, CLASSIFIER = "structures.tflite", "artery_vein.json"


def bundled(name: str) -> Path:
    """The shipped file `name`: in an installed package the models are inside it, in a checkout beside it."""
    package = Path(__file__).parents[2]
    inside = package / "models"
    return (inside if inside.exists() else package.parents[1] / "models") / name


@cache
def shipped_sha256() -> str:
    """SHA-256 of both files, one after the other: everything that the structures of a photograph depend on."""
    return hashlib.sha256(bundled(NETWORK).read_bytes() + bundled(CLASSIFIER).read_bytes()).hexdigest()
