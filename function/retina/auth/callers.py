"""From what a request carries to the account it acts for. Does not know how a request looks."""

from dataclasses import dataclass
from typing import Protocol

from retina.accounts.scopes import SCOPES, Scope
from retina.accounts.service import Accounts
from retina.accounts.signup_credits import Newcomer
from retina.auth.tokens import Verifier
from retina.errors import ScopeRequiredError


@dataclass(frozen=True)
class Caller:
    """An account, by an API key of this id or by a person, who is the issuer's `subject`; the other of both is "".

    A person has all scopes, a key those that it was made with.
    """

    account: str
    key_id: str = ""
    subject: str = ""
    scopes: tuple[Scope, ...] = SCOPES

    def demand(self, scope: Scope) -> None:
        """Raises `ScopeRequiredError` where the caller's key lacks `scope`."""
        if scope not in self.scopes:
            raise ScopeRequiredError(
                f"This API key lacks the scope “{scope}”, which this request needs. Use another key, "
                "or create one with this scope."
            )


class Directory(Protocol):
    """Where the issuer keeps its people, by their subjects."""

    def address(self, subject: str) -> str | None:
        """The mail address of a person; None where there is none, or no such person."""
        ...

    def forget(self, subject: str) -> None:
        """Nobody signs in as `subject` any more; nothing happens where there is no such person."""
        ...

    def end_sessions(self, subject: str) -> None:
        """No refresh token of theirs is good any more, nor, with this service's own issuer, any access token."""
        ...


class Callers:
    """Those who have an account in `accounts`, or an access token that `verifier` accepts.

    `directory` is where the issuer keeps its people.
    """

    def __init__(self, accounts: Accounts, verifier: Verifier, directory: Directory) -> None:
        self._accounts, self.verifier, self.directory = accounts, verifier, directory

    def by_key(self, text: str) -> Caller:
        """Whose API key this is; raises `KeyRefusedError`."""
        account, key = self._accounts.of_key(text)
        return Caller(account, key.id, scopes=key.scopes)

    def by_token(self, token: str, network: str | None = None) -> Caller:
        """Whose access token this is; a person's first request makes an account, with credits for signing up.

        `network` is where the request comes from. Raises `TokenRefusedError`.
        """
        subject = self.verifier.subject(token)
        newcomer = Newcomer(lambda: self.directory.address(subject), network)
        return Caller(self._accounts.of_user(self.verifier.issuer, subject, newcomer), subject=subject)
