"""Copies of a user's data that are stored elsewhere, and must be deleted with it: stored responses and exports.

Each method returns the number of copies deleted, by kind, as the deletion receipt adds them up. Copies are found by
index rows written together with them, not by searching.
"""

from collections import Counter

from retina.accounts.idempotency import Idempotency
from retina.exports.service import Exports


class Copies:
    """The stored responses in `idempotency`, and `exports`."""

    def __init__(self, idempotency: Idempotency, exports: Exports) -> None:
        self._idempotency, self._exports = idempotency, exports

    def of_prediction(self, account: str, id: str, request: str | None = None) -> Counter[str]:
        """Delete the copies of a deleted prediction; `request` is the Idempotency-Key of one more stored response."""
        answers = self._idempotency.forget(account, request) if request is not None else 0
        gone, restarted = self._exports.forget_history(account)
        answers += self._answers(account, id, *(export.id for export in gone))
        return Counter(answers=answers, exports=len(gone), exports_made_anew=restarted)

    def of_batch(self, account: str, id: str) -> Counter[str]:
        """Delete the copies of a deleted batch."""
        gone = self._exports.forget_batch(account, id)
        return Counter(exports=len(gone), answers=self._answers(account, id, *(export.id for export in gone)))

    def of_export(self, account: str, id: str) -> Counter[str]:
        """Delete the stored responses that refer to a deleted export."""
        return Counter(answers=self._answers(account, id))

    def of_account(self, account: str) -> Counter[str]:
        """Delete all copies of the account's data."""
        return Counter(exports=self._exports.delete_all(account), answers=self._idempotency.forget_all(account))

    def _answers(self, account: str, *sources: str) -> int:
        return sum(self._idempotency.forget_copies(account, source) for source in sources)
