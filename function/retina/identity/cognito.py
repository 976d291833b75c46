"""Cognito's user pool, as far as it is asked anything but its keys: to forget somebody."""

from typing import Any

from retina.store.aws import client


class CognitoPool:
    """The pool of this id."""

    def __init__(self, pool: str) -> None:
        self._pool = pool

    def forget(self, subject: str) -> None:
        """Nobody signs in as `subject` any more; nothing happens where there is no such person."""
        cognito: Any = client("cognito-idp")
        try:
            # Where people sign in with their mail address, Cognito's name for them is their subject.
            cognito.admin_delete_user(UserPoolId=self._pool, Username=subject)
        except cognito.exceptions.UserNotFoundException:
            return
