"""Deletion of a prediction, a batch or an export at the owner's request, with every copy of it.

Each function returns a receipt. By then no file of the store contains any of the deleted data, except what the receipt
lists as remaining.
"""

from collections import Counter

from retina.batches.records import Batch
from retina.deletion.schemas import DeletionReceipt, Remainder
from retina.exports.records import Export
from retina.history.precondition import WITHOUT, Precondition
from retina.services import Services
from retina.storage.records import Change

LEDGER = "The charges stay in the ledger for good, under a random account id, without names or pictures."
AUDIT = "For {days} the audit log still records that it existed and was deleted, by random ids only."
BACKUPS = "Backups of the records, with labels and measurements but no pictures, are stored for up to {days}."


def delete_prediction(services: Services, account: str, id: str, *extra_changes: Change) -> DeletionReceipt:
    """Delete a saved prediction with its photograph, and make `extra_changes` in the same transaction.

    Raises `NotFoundError`.
    """
    return receipt(services, services.history.delete(account, id, *extra_changes))


def delete_correction(
    services: Services, account: str, id: str, *extra_changes: Change, precondition: Precondition = WITHOUT
) -> DeletionReceipt:
    """Delete the correction of a saved prediction, and make `extra_changes` in the same transaction.

    Raises `NotFoundError`, and `CorrectionChangedError` if it is not that of the `precondition`.
    """
    counts = services.corrections.remove(account, id, *extra_changes, precondition=precondition)
    return receipt(services, counts)


def delete_batch(services: Services, batch: Batch) -> DeletionReceipt:
    """Delete a batch with its photographs, file names and results; raises `NotFoundError`."""
    return receipt(services, services.batches.delete(batch))


def delete_export(services: Services, export: Export) -> DeletionReceipt:
    """Delete an export with its files."""
    services.exports.delete(export)
    return receipt(services, Counter(exports=1) + services.copies.of_export(export.account, export.id))


def receipt(services: Services, counts: Counter[str]) -> DeletionReceipt:
    """Erase the traces of a deletion from the store's files, and return the receipt for its `counts` by kind."""
    services.records.erase()
    remains = [Remainder(what=LEDGER, days=None), remainder(AUDIT, services.settings.audit_days)]
    if days := services.records.backup_days:
        remains.append(remainder(BACKUPS, days))
    return DeletionReceipt(**counts, remains=remains)


def remainder(sentence: str, days: int) -> Remainder:
    """A remainder that stays for so many `days`, which are filled into the `sentence`."""
    return Remainder(what=sentence.format(days="1 day" if days == 1 else f"{days} days"), days=days)
