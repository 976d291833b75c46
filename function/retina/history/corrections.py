"""The corrections of saved predictions: stored, replaced and deleted with their images."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from retina.errors import NotFoundError
from retina.history.leftovers import note
from retina.history.precondition import WITHOUT, Precondition
from retina.history.records import PredictionRecord, written
from retina.history.service import ATTEMPTS, History, busy, named
from retina.imaging.correction_schemas import CorrectedFindings
from retina.storage.records import Change, ConditionError, Records, ensure

NOT_CORRECTED = "This saved prediction has no correction."


class Corrections:
    """The corrections of the predictions of `history`, in the same `records`."""

    def __init__(self, records: Records, history: History) -> None:
        self._records, self._history = records, history

    def masks(self, saved: PredictionRecord) -> dict[str, bytes]:
        """The images of its correction by name, PNG; raises `BusyError` if it has just been replaced."""
        return self._history.images(saved, saved.corrected_images)

    def prepare(
        self,
        account: str,
        id: str,
        correction: CorrectedFindings,
        pictures: Mapping[str, bytes],
        precondition: Precondition = WITHOUT,
    ) -> tuple[PredictionRecord, list[Change]]:
        """Store the `pictures` of a correction (PNG by name); returns the record that has it instead of an earlier one,
        and the changes that write it if no other change comes first. Raises `NotFoundError`, `HistoryFullError`, and
        `CorrectionChangedError` if the earlier one is not that of the `precondition`.
        """
        saved, version = self._history.known(account, id)
        precondition.demand(saved.correction)
        now = replace(saved, correction=named(correction))
        now = replace(now, sizes=now.sizes_of(pictures))
        images = self._history.store(now, pictures, now.correction_folder, saved.sizes)
        left = [note(account, saved.correction_folder)] if saved.correction else []
        return now, [*written(now, version, saved), *images, *left]

    def remove(
        self, account: str, id: str, *extra_changes: Change, precondition: Precondition = WITHOUT
    ) -> Counter[str]:
        """Delete the correction of a prediction and all copies of it; returns the number deleted, by kind.

        `extra_changes` are made in the same transaction. Raises `NotFoundError` if there is none,
        `CorrectionChangedError` if it is not that of the `precondition`, and `BusyError` if concurrent changes keep
        getting in the way.
        """
        leftovers = self._history.leftovers
        for _ in range(ATTEMPTS):
            saved, version = self._history.known(account, id)
            if saved.correction is None:
                begun = leftovers.begun(account, id)
                counts = leftovers.sweep(account)  # what an earlier attempt left behind
                if not begun:
                    raise NotFoundError(NOT_CORRECTED)
                return Counter(corrections=1) + counts
            precondition.demand(saved.correction)
            folder = saved.correction_folder
            now = replace(saved, correction=None, sizes=replace(saved.sizes, correction=0))
            less = self._history.stored.changed(account, -saved.sizes.correction)
            try:
                ensure(
                    self._records, note(account, folder, saved), *written(now, version, saved), *less, *extra_changes
                )
            except ConditionError:
                continue
            return Counter(corrections=1) + leftovers.sweep(account, folder)
        raise busy()
