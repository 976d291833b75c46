"""The classifier that tells arteries from veins by their appearance: one hidden layer, its weights in a JSON file.

`models/artery_vein.json` is file and card in one; `models.training.artery_vein` writes it.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retina.imaging.structures.appearance import FEATURES, Features
from retina.imaging.structures.shipped import CLASSIFIER, bundled

CLIP = 4.0
"""Standard deviations beyond which a number is clipped."""


class Classifier:
    """Weights: `mean`, `deviation` [FEATURES]; `hidden` [FEATURES,H]; `hidden_bias`, `out` [H]; `out_bias`."""

    def __init__(self, path: Path) -> None:
        """Read them. Raises `OSError` or `ValueError` if the file is missing or of another version."""
        weights = json.loads(path.read_text())["weights"]
        self._mean, self._deviation, self._hidden, self._bias, self._out = (
            np.array(weights[name], np.float64) for name in ("mean", "deviation", "hidden", "hidden_bias", "out")
        )
        self._out_bias = float(weights["out_bias"])
        if self._hidden.shape != (FEATURES, len(self._out)):
            raise ValueError(f"{path} is not for {FEATURES} features")

    def __call__(self, features: Features) -> NDArray[np.float64]:
        """The logit of being an artery, float64[N]."""
        scaled = np.clip((features - self._mean) / self._deviation, -CLIP, CLIP)
        return np.asarray(np.tanh(scaled @ self._hidden + self._bias) @ self._out + self._out_bias)


@cache
def classifier() -> Classifier:
    """The shipped classifier, loaded once."""
    return Classifier(bundled(CLASSIFIER))
