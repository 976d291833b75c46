"""From what a request carries to the account it acts for. Does not know how a request looks."""

from collections.abc import Callable
from dataclasses import dataclass

from retina.accounts import Accounts
from retina.errors import ScopeRequiredError
from retina.identity.scopes import SCOPES, Scope
from retina.identity.tokens import Verifier
from retina.signup_credits import Newcomer


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
                f"This API key lacks the scope “{scope}”, which this request needs. "
                "Use another key, or make one with this scope."
            )


class Callers:
    """Those who have an account in `accounts`, or an access token that `verifier` accepts.

    `mail` asks the issuer for a subject's mail address, and `forget` makes it forget the subject.
    """

    def __init__(
        self,
        accounts: Accounts,
        verifier: Verifier,
        mail: Callable[[str], str | None],
        forget: Callable[[str], None],
    ) -> None:
        self._accounts, self.verifier, self.mail, self.forget = accounts, verifier, mail, forget

    def by_key(self, text: str) -> Caller:
        """Whose API key this is; raises `KeyRefusedError`."""
        account, key = self._accounts.of_key(text)
        return Caller(account, key.id, scopes=key.scopes)

    def by_token(self, token: str, network: str | None = None) -> Caller:
        """Whose access token this is; a person's first request makes an account, with credits for signing up.

        `network` is where the request comes from. Raises `TokenRefusedError`.
        """
        subject = self.verifier.subject(token)
        newcomer = Newcomer(lambda: self.mail(subject), network)
        return Caller(self._accounts.of_user(self.verifier.issuer, subject, newcomer), subject=subject)
