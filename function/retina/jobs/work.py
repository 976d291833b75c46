"""The jobs in the queue: segment a photograph of a batch, or make an export.

A job is identified by its key, for example batch/6f1c.../7 or exports/6f1c... The images of a photograph are stored
before its outcome, in a folder named after the key, for example batch/6f1c.../7/mask.png.
"""

import hashlib
import math
import secrets
import time
from dataclasses import dataclass
from typing import Literal

from retina import __version__, events
from retina.batches.claims import Claim
from retina.batches.schemas import Outcome
from retina.error_codes import STATUS
from retina.errors import (
    KeyLimitError,
    LargerThanAnnouncedError,
    NotFoundError,
    OutOfCreditsError,
    PhotographError,
    RetinaError,
    UploadNotFoundError,
    larger_than_announced,
)
from retina.exports.records import Export, Part
from retina.exports.service import SupersededError
from retina.imaging.findings import findings_of
from retina.imaging.network import VesselNetwork
from retina.imaging.pipeline import predict
from retina.imaging.rendering import FILES, OUTPUTS
from retina.jobs import archive
from retina.jobs.account_tables import account_tables
from retina.jobs.archive import pack_batch, pack_history
from retina.jobs.training_set import pack_training
from retina.queue.port import ATTEMPTS
from retina.services import Services
from retina.storage.port import EXPORTS

GIVEN_UP = Outcome(
    status="failed",
    code="internal_error",
    detail="Something went wrong on our side more than once. Please retry the batch later.",
)


class GivenUpError(Exception):
    """A job has failed too often; the failure is stored as its outcome."""


@dataclass(frozen=True)
class Work:
    """Processes jobs."""

    services: Services
    network: VesselNetwork
    export_seconds: float = math.inf
    """How long to work on an export before the rest is left to another job, in seconds."""
    part_bytes: int = 2 * 2**30
    """The approximate size at which an export continues in another ZIP file."""

    def __call__(self, key: str, attempt: int) -> None:
        """Process the job `key`; `attempt` counts from 1. Nothing changes if it was already done.

        Raises the error if another attempt is worthwhile, and `GivenUpError` after too many attempts.
        """
        given_up = attempt > ATTEMPTS
        folder, _, name = key.rpartition("/")
        if key.startswith(EXPORTS):
            done = self._export(name, given_up)
        else:
            done = self._photograph(key, folder.rpartition("/")[2], int(name), given_up)
        if done and given_up:
            raise GivenUpError(f"{key} was tried {ATTEMPTS} times")

    def _photograph(self, key: str, batch: str, number: int, given_up: bool) -> bool:
        """Returns whether there was anything to do."""
        services = self.services
        claim = services.claims.begin(batch, number)
        if claim is None:
            uploaded = services.uploads.stored(key)
            if uploaded and services.claims.unwanted(batch, number, uploaded.time):
                services.uploads.delete(key)
            return False
        outcome = GIVEN_UP if given_up else self._outcome(claim, key)
        try:
            finished = services.claims.finish(claim, outcome)
        except (OutOfCreditsError, KeyLimitError) as error:  # another photograph has used up the last credit
            outcome = _ended("failed", error)
            finished = services.claims.finish(claim, outcome)
        if not finished and not services.claims.there(batch, number):
            services.results.delete_all(f"{key}/")
        if finished and claim.batch.reserved and outcome.status != "failed":
            services.uploads.delete(key)
        if finished and outcome.code:
            events.rejected(outcome.code)
        return True

    def _outcome(self, claim: Claim, key: str) -> Outcome:
        try:
            self.services.claims.demand_credit(claim)
            self._demand_announced(claim, key)
            return self._segmented(claim, key)
        except (PhotographError, UploadNotFoundError) as error:
            return _ended("rejected", error)
        except OutOfCreditsError as error:
            return _ended("failed", error)

    def _demand_announced(self, claim: Claim, key: str) -> None:
        """Raises `LargerThanAnnouncedError` before anything is read. The upload form enforces only the largest size in
        the batch.
        """
        uploaded = self.services.uploads.stored(key)
        if uploaded and claim.size is not None and uploaded.size > claim.size:
            raise LargerThanAnnouncedError(larger_than_announced(claim.size))

    def _segmented(self, claim: Claim, key: str) -> Outcome:
        services, order = self.services, claim.batch.order
        wanted = {name: picture for output in order.outputs for name, picture in OUTPUTS[output].items()}
        prediction = predict(
            services.uploads.read(key),
            self.network,
            wanted,
            **services.settings.limits,
            threshold=order.threshold,
            flips=order.flips,
            force=order.force,
            intervals=order.intervals,
        )
        events.predicted(prediction.network_seconds)
        for name, picture in prediction.pictures.items():
            file, content_type = FILES[name]
            services.results.put(f"{key}/{file}", picture, content_type)
        # Not a random id: a job that is done twice must have the same outcome.
        id = hashlib.sha256(key.encode()).hexdigest()[:32]
        findings = findings_of(prediction, self.network.card, id, software=__version__)
        return Outcome(status="done", findings=findings)

    def _export(self, id: str, given_up: bool) -> bool:
        """Returns whether there was anything to do."""
        services = self.services
        export = services.exports.begin(id)
        if export is None:
            return False
        if given_up:
            services.exports.fail(export)
            return True
        try:
            self._make(export)
        except SupersededError:  # it was deleted, or another worker has taken it over
            return True
        except NotFoundError:  # the batch was deleted in the meantime
            services.exports.fail(export)
        return True

    def _make(self, export: Export) -> None:
        """Make one part after another; if time runs out, a new job continues."""
        services, ends = self.services, time.monotonic() + self.export_seconds

        def still() -> None:
            if not services.exports.still(export):
                raise SupersededError(export.id)

        while True:
            key = f"{export.folder}{secrets.token_hex(4)}.zip"
            with services.results.stream(key, "application/zip") as stream:
                part = archive.Part(stream, self.part_bytes, ends, still)
                if export.batch:
                    batch = services.batches.get(export.account, export.batch)
                    place = pack_batch(batch, services.batches, services.results, part, export.place)
                elif export.training:
                    place = pack_training(export.account, services.history, services.results, part, export.place)
                else:
                    place = pack_history(
                        export.account,
                        services.history,
                        services.results,
                        part,
                        export.place,
                        account_tables(services, export.account) if export.whole else (),
                    )
            export = services.exports.add(export, Part(key, part.size), place)
            if place is None:
                return
            if time.monotonic() >= ends:
                services.queue.put(f"{EXPORTS}{export.id}", account=export.account)
                return


def _ended(status: Literal["rejected", "failed"], error: RetinaError) -> Outcome:
    return Outcome(status=status, code=STATUS[type(error)][1], detail=str(error))
