"""The secret of the issuer in this service, made at first use in its data folder for its owner alone."""

import hashlib
import hmac
import secrets
from pathlib import Path

from retina.storage.files import own_secret

FILE = "issuer.key"


def secret_for(purpose: str, folder: Path) -> bytes:
    """32 bytes that are the same each time, and others for each purpose; nobody can tell one from another."""
    secret = own_secret(folder / FILE, lambda: secrets.token_bytes(32))
    return hmac.new(secret, purpose.encode(), hashlib.sha256).digest()
