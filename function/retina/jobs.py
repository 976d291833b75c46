"""The work that waits in the queue: segment a stored photograph, and store what was found.

Enters: the key of a photograph, such as batch/6f1c.../7; leaves: its `Outcome` in <key>.json, and of a photograph that
could be answered the vessel mask in <key>/mask.png and the overlay in <key>/overlay.jpg, stored before the outcome.
"""

import hashlib
import logging
from dataclasses import dataclass

from retina import events
from retina.errors import STATUS, PhotographError, UploadNotFoundError
from retina.findings import found
from retina.pictures import OUTPUTS
from retina.prediction import predict
from retina.queue.port import ATTEMPTS
from retina.schemas import Outcome
from retina.settings import Settings
from retina.store.port import Blobs, Uploads
from retina.unet import VesselNetwork

log = logging.getLogger("retina")

PICTURES = {"mask": ("mask.png", "image/png"), "overlay": ("overlay.jpg", "image/jpeg")}
"""What is stored of the outputs, under which name and as what."""


class GivenUpError(Exception):
    """Too many attempts came to nothing; that the job failed is stored."""


@dataclass(frozen=True)
class Work:
    """What is done with each job."""

    settings: Settings
    network: VesselNetwork
    uploads: Uploads
    results: Blobs

    def __call__(self, key: str, attempt: int) -> None:
        """Do it, for the `attempt`th time, which changes nothing where it was done before.

        Raises what went wrong where it is worth another attempt, and `GivenUpError` where there were enough of them.
        """
        if attempt > ATTEMPTS:
            detail = "Something went wrong on our side, more than once. Please send the photograph again."
            self._store(key, Outcome(status="failed", code="internal_error", detail=detail))
            raise GivenUpError(f"{key} was tried {ATTEMPTS} times")
        try:
            outcome = self._segmented(key)
        except (PhotographError, UploadNotFoundError) as error:
            code = STATUS[type(error)][1]
            events.rejected(code)
            outcome = Outcome(status="rejected", code=code, detail=str(error))
        self._store(key, outcome)

    def _segmented(self, key: str) -> Outcome:
        wanted = {name: picture for output in PICTURES for name, picture in OUTPUTS[output].items()}
        prediction = predict(self.uploads.read(key), self.network, self.settings, wanted)
        events.predicted(prediction.network_seconds)
        for name, picture in prediction.pictures.items():
            file, content_type = PICTURES[name]
            self.results.put(f"{key}/{file}", picture, content_type)
        # Not a random one: a job that is done twice has one outcome.
        findings = found(prediction, self.network.card, hashlib.sha256(key.encode()).hexdigest()[:32])
        return Outcome(status="done", findings=findings)

    def _store(self, key: str, outcome: Outcome) -> None:
        self.results.put(f"{key}.json", outcome.model_dump_json().encode(), "application/json")
