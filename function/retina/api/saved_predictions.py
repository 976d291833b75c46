"""What routes share that look at the photograph of a saved prediction again."""

import json
from typing import Any

from retina.auth.callers import Caller
from retina.history.answers import saved_response
from retina.history.records import PredictionRecord
from retina.history.schemas import SavedPrediction
from retina.services import Services

LABELS = {"subject", "eye", "taken_on", "note", "file_name"}
"""The labels of a saved prediction, which its owner may change."""


def made_with(saved: PredictionRecord) -> dict[str, Any]:
    """The options of `predict_photograph` for a saved prediction, other than its threshold and what is looked for."""
    sent = saved.findings.photograph
    return {
        "flips": saved.findings.flips,
        "force": not saved.findings.quality.fundus_like,
        "eye": sent.laterality if saved.labels.eye == "unknown" else saved.labels.eye,
        "pixel_size": sent.pixel_size_um,
    }


def to_repeat(response: SavedPrediction) -> bytes:
    """What is stored of a response for repeated requests."""
    return response.model_dump_json(exclude=LABELS).encode()


def repeated(services: Services, caller: Caller, id: str, stored: bytes) -> bytes:
    """The response with the current labels: earlier ones may have been changed because nobody should read them."""
    labels = saved_response(services.history.get(caller.account, id)).model_dump(include=LABELS)
    return SavedPrediction(**json.loads(stored) | labels).model_dump_json().encode()
