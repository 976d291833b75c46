"""Copies of what was saved: stored answers and exports, which are kept apart from it and go with it.

Enters: whose, and of what; leaves: how many copies were deleted, by kind, as `deletion` adds them up. Finds
them by rows that were written with them: nothing is searched.
"""

from collections import Counter

from retina.accounts.idempotency import Idempotency
from retina.exports.service import Exports


class Copies:
    """Stored answers of `idempotency`, and `exports`."""

    def __init__(self, idempotency: Idempotency, exports: Exports) -> None:
        self._idempotency, self._exports = idempotency, exports

    def of_prediction(self, account: str, id: str, request: str | None = None) -> Counter[str]:
        """Forget the copies of a prediction that is deleted; `request` is the key of a further stored answer."""
        answers = self._idempotency.forget(account, request) if request is not None else 0
        gone, anew = self._exports.forget_history(account)
        answers += self._answers(account, id, *(export.id for export in gone))
        return Counter(answers=answers, exports=len(gone), exports_made_anew=anew)

    def of_batch(self, account: str, id: str) -> Counter[str]:
        """Forget the copies of a batch that is deleted."""
        gone = self._exports.forget_batch(account, id)
        return Counter(exports=len(gone), answers=self._answers(account, id, *(export.id for export in gone)))

    def of_export(self, account: str, id: str) -> Counter[str]:
        """Forget the stored answers that tell of an export that is deleted."""
        return Counter(answers=self._answers(account, id))

    def of_account(self, account: str) -> Counter[str]:
        """Forget all."""
        return Counter(exports=self._exports.delete_all(account), answers=self._idempotency.forget_all(account))

    def _answers(self, account: str, *sources: str) -> int:
        return sum(self._idempotency.forget_copies(account, source) for source in sources)
