"""The gate: whether a picture is a photograph of one retina.

`impossible` looks at the picture alone, before any network runs, and names only what cannot be one. `judge` decides
with the vessel map in hand, by a logistic regression on `vessel_pattern`; its coefficients are in `gate_fit`.
`fundus_like` looks at colour and texture alone, for networks on whose maps nobody has fitted the regression.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from retina.imaging.arrays import Rgb
from retina.imaging.bright_lines import has_bright_lines
from retina.imaging.exchanged_colours import are_exchanged
from retina.imaging.field_of_view import FieldOfView, search_copy
from retina.imaging.gate_fit import INTERCEPT, NO_BELOW, TERMS, YES_FROM
from retina.imaging.reduction import Reduction
from retina.imaging.schemas import Retina
from retina.imaging.several_retinas import several_retinas
from retina.imaging.vessel_pattern import vessel_pattern

BLANK = "it shows nothing but an even surface"
TOO_SMALL = "the field of view takes up too little of the picture; crop the picture to it"
SEVERAL = "it shows several retinas at once"
EXCHANGED = "it is blue where a retina is red, as if its colours were stored in the wrong order"
STRANGE = "its colours or its texture are not those of a retina"
BRIGHT = "its vessels are brighter than what is around them, as in an angiogram or a negative"
LOOKED_FOR = {
    "tree": "no connected tree of vessels was found",
    "directions": "its lines do not run as the vessels of a retina do",
    "ground": "its lines do not stand out from a smooth background as the vessels of a retina do",
    "colours": "its colours are not those of a retina",
}
"""What was looked for and not found, by the group of a term of the regression."""

GROUPS = {
    **dict.fromkeys(("straight", "disc", "glow"), "directions"),
    **dict.fromkeys(("warm_spread", "tint"), "colours"),
    **dict.fromkeys(("contrast", "contrast_spread", "red_share", "dark_lines"), "ground"),
    **dict.fromkeys(("edge_lift", "polarity"), "ground"),
}
"""Group by number; all others belong to the tree."""

BRIGHT_BELOW = -0.12
"""Polarity below which bright places outweigh dark ones: sharp retinas have -.1 to .4. If they are lines, they word a
refusal; blurred retinas go below it, too, without any.
"""

COARSE = 320
"""About as many pixels of the longer side are looked at before the network runs."""

FARTHEST = 10.0
"""A number further from retinas than this, in their own spreads, is a "no", whatever the others say: a regression
promises nothing so far out. Of 2,024 retinas, copies and parts, each seen by a fit without its set, none was as far.
"""

HALFTONE_ALLOWANCE = 4.0
"""How much lower the logit of such a scan may be: the gate was fitted on photographs with tones."""


@dataclass(frozen=True)
class Verdict:
    """`retina` and, unless it is "yes", what was looked for and not found; `likeness` is 0 to 1, 1 for a retina."""

    retina: Retina
    reason: str = ""
    likeness: float = 1.0

    @property
    def sentence(self) -> str:
        """What a user is told of it; empty for "yes"."""
        if self.retina == "yes":
            return ""
        if self.reason == SEVERAL:
            return "This picture shows several retinas at once. Send each as a photograph of its own."
        if self.retina == "unsure":
            return f"It is not certain that this is a photograph of a retina: {self.reason}."
        return f"This does not look like a photograph of the back of an eye: {self.reason}."


def impossible(rgb: Rgb, view: FieldOfView) -> Verdict | None:
    """A "no" for an even surface, a field that is too small, red and blue exchanged, or several retinas in one picture
    uint8[H,W,3].
    """
    step = max(1, max(rgb.shape[:2]) // COARSE)
    small = np.stack([rgb[::step, ::step, i] for i in range(3)], axis=2)
    height, width = small.shape[:2]
    shown = view.width * view.height / (rgb.shape[0] * rgb.shape[1])
    if min(height, width) < 32 or cv2.meanStdDev(cv2.extractChannel(small, 1))[1][0, 0] < 1.0:
        return Verdict("no", BLANK, 0.0)
    if shown < 0.05:
        return Verdict("no", TOO_SMALL, 0.0)
    if are_exchanged(small, view.outline // step):
        return Verdict("no", EXCHANGED, 0.0)
    return Verdict("no", SEVERAL, 0.0) if several_retinas(small) else None


def judge(reduction: Reduction) -> Verdict:
    """The verdict on a photograph and its vessel map."""
    pattern = vessel_pattern(reduction)
    logit, groups = INTERCEPT, dict.fromkeys(LOOKED_FOR, 0.0)
    for name, term in TERMS.items():
        part = term.part(pattern[name])
        logit += part
        groups[GROUPS.get(name, "tree")] += part
    likeness = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
    distances = {name: abs(term.away(pattern[name])) for name, term in TERMS.items()}
    farthest = max(distances, key=lambda name: distances[name])
    if distances[farthest] > FARTHEST:
        reason = _reason(reduction, pattern, GROUPS.get(farthest, "tree"))
        return Verdict("no", reason, min(likeness, 0.01))
    if logit >= YES_FROM:
        return Verdict("yes", "", likeness)
    reason = _reason(reduction, pattern, min(groups, key=lambda name: groups[name]))
    limit = NO_BELOW - HALFTONE_ALLOWANCE if reduction.halftone else NO_BELOW
    return Verdict("no" if logit < limit else "unsure", reason, likeness)


def _reason(reduction: Reduction, pattern: Mapping[str, float], group: str) -> str:
    """Why it is no "yes": bright vessels, if there are any, otherwise what the `group` of terms looked for."""
    bright = pattern["polarity"] < BRIGHT_BELOW and has_bright_lines(reduction)
    return BRIGHT if bright else LOOKED_FOR[group]


def judge_by_colour(rgb: Rgb, view: FieldOfView) -> Verdict:
    """The verdict without a vessel map: "yes" or "no"."""
    like = fundus_like(rgb, view)
    return Verdict("yes") if like else Verdict("no", STRANGE, 0.0)


MIN_ROUNDNESS = 0.8
"""A field of view that is less round is judged as one that fills the frame."""


def fundus_like(rgb: Rgb, view: FieldOfView) -> bool:
    """Whether the colour and texture inside the field of view could be a retina's.

    Inside a round field gray is accepted (red-free photographs), and only a foreign hue or a texture that is too flat
    or too harsh is rejected. Without one the colour must be a retina's red to orange. The bounds lie between retina
    photographs and the everyday ones of scikit-image's collection.
    """
    small = search_copy(rgb)
    inside = cv2.resize(view.mask(rgb.shape[:2]).view(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    if min(small.shape[:2]) < 32 or inside.sum() < 0.05 * inside.size:
        return False
    core = cv2.erode(inside, np.ones((9, 9), np.uint8)).view(np.bool_)
    if not core.any():
        return False
    red, green, blue = (small[..., i][core][::4].astype(np.float32) for i in range(3))
    reddish = float((red >= green - 3).mean())
    yellowish = float((green >= blue - 3).mean())
    smooth = cv2.GaussianBlur(small[..., 1].astype(np.float32), (0, 0), 1)
    detail = np.abs(smooth - cv2.GaussianBlur(smooth, (0, 0), 5))[core]
    texture = float(detail.mean() / (smooth[core].mean() + 1))
    brightest = np.maximum(np.maximum(red, green), blue)
    saturation = float(np.median((brightest - np.minimum(np.minimum(red, green), blue)) / (brightest + 1)))
    if view.frame == "disc" and view.roundness >= MIN_ROUNDNESS:
        return reddish >= 0.7 and 0.004 <= texture <= 0.12
    return reddish >= 0.95 and yellowish >= 0.9 and saturation >= 0.5 and 0.004 <= texture <= 0.06
