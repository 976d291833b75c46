"""Cognito's user pool, as far as it is asked anything but its keys: for somebody's address, to end their sessions, and
to forget them.
"""

from contextlib import suppress
from typing import Any

from retina.errors import BusyError
from retina.storage.s3 import client


class CognitoPool:
    """The pool of this id."""

    def __init__(self, pool: str) -> None:
        self._pool = pool

    def address(self, subject: str) -> str | None:
        """The mail address that `subject` has confirmed; None where there is none, or no such person.

        Raises `BusyError` where the pool does not answer for now.
        """
        cognito: Any = client("cognito-idp")
        try:
            found = cognito.admin_get_user(UserPoolId=self._pool, Username=subject)
        except cognito.exceptions.UserNotFoundException:
            return None
        except cognito.exceptions.TooManyRequestsException:
            raise BusyError("Sign-ins cannot be checked at the moment. Please try again in a few seconds.") from None
        told = {each["Name"]: each["Value"] for each in found["UserAttributes"]}
        return told.get("email") or None

    def forget(self, subject: str) -> None:
        """See `callers.Directory`."""
        cognito: Any = client("cognito-idp")
        # Where people sign in with their mail address, Cognito's name for them is their subject.
        with suppress(cognito.exceptions.UserNotFoundException):
            cognito.admin_delete_user(UserPoolId=self._pool, Username=subject)

    def end_sessions(self, subject: str) -> None:
        """See `callers.Directory`. Access tokens are verified without asking Cognito, and so are good to their end."""
        cognito: Any = client("cognito-idp")
        with suppress(cognito.exceptions.UserNotFoundException):
            cognito.admin_user_global_sign_out(UserPoolId=self._pool, Username=subject)
