"""From what a request carries to the account it acts for. Does not know how a request looks."""

from dataclasses import dataclass

from retina.accounts import Accounts
from retina.identity.tokens import Verifier


@dataclass(frozen=True)
class Caller:
    """An account, and the id of the API key that was used; "" for a person who has signed in."""

    account: str
    key_id: str = ""


class Callers:
    """Those who have an account in `accounts`, or an access token that `verifier` accepts."""

    def __init__(self, accounts: Accounts, verifier: Verifier) -> None:
        self._accounts, self.verifier = accounts, verifier

    def by_key(self, text: str) -> Caller:
        """Whose API key this is; raises `KeyRefusedError`."""
        return Caller(*self._accounts.of_key(text))

    def by_token(self, token: str) -> Caller:
        """Whose access token this is; a person's first request makes an account. Raises `TokenRefusedError`."""
        return Caller(self._accounts.of_user(self.verifier.issuer, self.verifier.subject(token)))
