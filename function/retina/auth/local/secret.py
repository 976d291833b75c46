"""The secret of the embedded issuer, created on first use in its data folder and private to its owner."""

import hashlib
import hmac
import secrets
from pathlib import Path

from retina.storage.files import own_secret

FILE = "issuer.key"


def secret_for(purpose: str, folder: Path) -> bytes:
    """32 bytes derived from the secret: the same for the same purpose, and unrelated to those of other purposes."""
    secret = own_secret(folder / FILE, lambda: secrets.token_bytes(32))
    return hmac.new(secret, purpose.encode(), hashlib.sha256).digest()
