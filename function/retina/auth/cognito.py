"""A Cognito user pool as the directory of people: reading an address, ending sessions, deleting a person."""

from contextlib import suppress
from typing import Any

from retina.errors import BusyError
from retina.storage.s3 import client


class CognitoPool:
    """The user pool with the id `pool`."""

    def __init__(self, pool: str) -> None:
        self._pool = pool

    def address(self, subject: str) -> str | None:
        """The verified email address of `subject`; None if there is no address or no such person.

        Raises `BusyError` if the pool is throttling requests.
        """
        cognito: Any = client("cognito-idp")
        try:
            found = cognito.admin_get_user(UserPoolId=self._pool, Username=subject)
        except cognito.exceptions.UserNotFoundException:
            return None
        except cognito.exceptions.TooManyRequestsException:
            raise BusyError("Sign-ins cannot be checked at the moment.") from None
        attributes = {each["Name"]: each["Value"] for each in found["UserAttributes"]}
        return attributes.get("email") or None

    def forget(self, subject: str) -> None:
        """See `callers.Directory`."""
        cognito: Any = client("cognito-idp")
        # If people sign in with their email address, Cognito uses the subject as their user name.
        with suppress(cognito.exceptions.UserNotFoundException):
            cognito.admin_delete_user(UserPoolId=self._pool, Username=subject)

    def end_sessions(self, subject: str) -> None:
        """See `callers.Directory`. Access tokens stay valid until they expire: Cognito is not asked to verify them."""
        cognito: Any = client("cognito-idp")
        with suppress(cognito.exceptions.UserNotFoundException):
            cognito.admin_user_global_sign_out(UserPoolId=self._pool, Username=subject)
