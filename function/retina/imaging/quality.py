"""The quality report of a photograph: scores with a sentence each, and a grade with its reasons.

`quality_report` takes the numbers of `clarity`, the field of view, the gate's verdict, and the Dice that they promise.
It judges how well the photograph serves for finding vessels, not the eye.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from retina.imaging.field_of_view import FieldOfView
from retina.imaging.retina_gate import Verdict
from retina.imaging.schemas import Grade

GRADES: tuple[Grade, ...] = ("good", "usable", "poor", "unusable")

LIMITS = (0.77, 0.7, 0.55)
"""The lowest scores of a good, a usable and a poor photograph. A second observer reaches a Dice
of .80 on CHASE_DB1."""

ENOUGH = 0.5
"""A score under this explains a low score of the whole."""

IN_FRAME = 2 / 3
"""The score of a disc that counts as within the frame: 70 % of it. Cameras that cut its top and bottom leave 80 %."""

DOUBTFUL = "The network is unsure of many vessels."


@dataclass(frozen=True)
class Score:
    """0 to 1, 1 is best, and what it means."""

    score: float
    sentence: str


@dataclass(frozen=True)
class QualityReport:
    """The grade is read from `score`, 0 to 1, and lowered where one of the `scores` alone spoils the photograph.

    `reasons` are the sentences of what makes it less than good, and of nothing else; a good photograph has none.
    """

    grade: Grade
    score: float
    reasons: tuple[str, ...]
    scores: dict[str, Score]


def quality_report(
    numbers: Mapping[str, float], view: FieldOfView, verdict: Verdict, promised: float | None
) -> QualityReport:
    """The report; `promised` is the Dice that the numbers promise, None if nobody has measured it for the network."""
    scores = _scores(numbers, view, verdict)
    values = {name: each.score for name, each in scores.items()}
    score = sum(values.values()) / len(values) if promised is None else promised
    read = sum(score < limit for limit in LIMITS)
    spoilt = _spoilt(values, view)
    doubted = {"yes": 0, "unsure": 1, "no": 3}[verdict.retina]
    least = max(spoilt.values(), default=0)
    worst = max(read, doubted, least)
    # The Dice knows nothing of what is cut off.
    explaining = (
        {name for name, value in values.items() if value < ENOUGH and name != "field_of_view"} if read else set()
    )
    named = sorted(explaining | spoilt.keys(), key=lambda name: (-spoilt.get(name, 0), values[name]))
    reasons = [scores[name].sentence for name in named]
    if read > least and not explaining:
        reasons.insert(0, DOUBTFUL)
    if doubted:
        reasons.insert(0, verdict.sentence)
    return QualityReport(GRADES[worst], round(min(1.0, max(0.0, score)), 3), tuple(reasons), scores)


def _spoilt(values: Mapping[str, float], view: FieldOfView) -> dict[str, int]:
    """The best grade, as its place in `GRADES`, that each score leaves, of those that do not leave a good one."""
    left = {name: 1 for name, value in values.items() if value < 0.25}
    if view.frame == "disc" and values["field_of_view"] < IN_FRAME:
        left["field_of_view"] = 1
    left |= {name: 2 for name in ("resolution", "field_of_view", "illumination", "exposure") if values[name] < 0.25}
    return left | {name: 3 for name in ("resolution", "exposure") if values[name] < 0.05}


def _ramp(value: float, bad: float, good: float) -> float:
    """0 at `bad`, 1 at `good`, linear between."""
    return round(min(1.0, max(0.0, (value - bad) / (good - bad))), 3)


def _pick(score: float, *sentences: str) -> Score:
    """The first sentence for the best third of the scores, the last for the worst."""
    return Score(score, sentences[0 if score >= 2 / 3 else 1 if score >= ENOUGH else 2])


def _scores(numbers: Mapping[str, float], view: FieldOfView, verdict: Verdict) -> dict[str, Score]:
    """All scores by name."""
    width = round(math.exp(numbers["width"]))
    shaded, bright = 100 * numbers["shadow"], 100 * numbers["glare"]
    level = min(_ramp(numbers["level"], 2.5, 3.3), _ramp(numbers["level"], 5.45, 5.1), 1 - min(1, 3 * numbers["burnt"]))
    dark = numbers["level"] < 4
    return {
        "field_of_view": _field(numbers["visible"], view),
        "sharpness": _pick(
            _ramp(numbers["focus"], -1.1, -0.62),
            "The vessels are in focus.",
            "The vessels are slightly blurred.",
            "The photograph is blurred.",
        ),
        "noise": _pick(
            _ramp(numbers["noise"], -0.9, -1.9),
            "Noise does not disturb the vessels.",
            "There is some noise.",
            "Noise hides thin vessels.",
        ),
        "exposure": _pick(
            round(level, 3),
            "The exposure is right.",
            f"The photograph is rather {'dark' if dark else 'bright'}.",
            f"The photograph is {'underexposed' if dark else 'overexposed'}.",
        ),
        "contrast": _pick(
            _ramp(numbers["contrast"], -3.8, -2.2),
            "The vessels stand out clearly.",
            "The vessels stand out less than usual.",
            "The vessels hardly stand out from their surroundings.",
        ),
        "illumination": _pick(
            round(max(0.0, 1 - 2.2 * (numbers["shadow"] + 0.7 * numbers["glare"])), 3),
            "The field of view is lit evenly enough.",
            "Parts of the field of view are in shadow or glare.",
            f"{shaded:.0f} % of the field of view is in shadow, {bright:.0f} % in glare.",
        ),
        "resolution": _pick(
            _ramp(numbers["width"], math.log(110), math.log(750)),
            f"The field of view is {width} pixels wide, enough for thin vessels.",
            f"The field of view is {width} pixels wide; the thinnest vessels are lost.",
            f"The field of view is only {width} pixels wide; thin vessels cannot be seen.",
        ),
        "domain": _pick(
            round(verdict.likeness, 3),
            "It looks like the photographs that the network has learned from.",
            "It looks a little unlike the photographs that the network has learned from.",
            "It looks unlike the photographs that the network has learned from.",
        ),
    }


def _field(visible: float, view: FieldOfView) -> Score:
    """How much of a full disc is in the frame."""
    if view.frame == "whole":
        return Score(0.6, "The retina fills the frame; no edge of the field of view can be seen.")
    return _pick(
        _ramp(visible, 0.4, 0.85),  # `IN_FRAME` from .7 on
        "The field of view is in the frame.",
        f"About {100 * visible:.0f} % of the field of view is visible; the rest is cut off.",
        f"Only {100 * visible:.0f} % of the field of view is visible.",
    )
