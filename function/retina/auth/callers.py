"""From a caller's credentials to the account. How a request carries them is decided elsewhere."""

from dataclasses import dataclass
from typing import Protocol

from retina.accounts.scopes import SCOPES, Scope
from retina.accounts.service import Accounts
from retina.accounts.signup_credits import Newcomer
from retina.auth.tokens import Verifier
from retina.errors import ScopeRequiredError


@dataclass(frozen=True)
class Caller:
    """An account, and who acts for it: the API key `key_id`, or the person whom the issuer calls `subject`.

    The other of the two is "". A person has all scopes, a key those it was created with.
    """

    account: str
    key_id: str = ""
    subject: str = ""
    scopes: tuple[Scope, ...] = SCOPES

    def demand(self, scope: Scope) -> None:
        """Raise `ScopeRequiredError` if the caller's key lacks `scope`."""
        if scope not in self.scopes:
            raise ScopeRequiredError(
                f"This API key lacks the scope “{scope}”, which this request needs. Use another key, "
                "or create one with this scope."
            )


class Directory(Protocol):
    """The issuer's people, by subject."""

    def address(self, subject: str) -> str | None:
        """The email address of a person; None if there is no address or no such person."""
        ...

    def forget(self, subject: str) -> None:
        """Delete the person, who can then no longer sign in; does nothing if there is none."""
        ...

    def end_sessions(self, subject: str) -> None:
        """Revoke all refresh tokens of the person and, with this service's own issuer, all access tokens."""
        ...


class Callers:
    """Authenticates callers by API key or by access token. `directory` holds the issuer's people."""

    def __init__(self, accounts: Accounts, verifier: Verifier, directory: Directory) -> None:
        self._accounts, self.verifier, self.directory = accounts, verifier, directory

    def by_key(self, text: str, address: str | None) -> Caller:
        """The caller with this API key, from this address (None: this computer); raises `KeyRefusedError`."""
        account, key = self._accounts.of_key(text, address)
        return Caller(account, key.id, scopes=key.scopes)

    def by_token(self, token: str, network: str | None = None) -> Caller:
        """The caller with this access token. A person's first request creates an account, with sign-up credits.

        `network` is the address that the request comes from. Raises `TokenRefusedError`.
        """
        subject = self.verifier.subject(token)
        newcomer = Newcomer(lambda: self.directory.address(subject), network)
        return Caller(self._accounts.of_user(self.verifier.issuer, subject, newcomer), subject=subject)
