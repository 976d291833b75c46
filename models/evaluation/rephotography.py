"""A retina as it would look if it were photographed again on the same day: moved, focused, lit and stored a little
differently.

`Rephotographer(rgb)` takes a photograph RGB uint8[H,W,3]; its `again(number, zoom)` gives the photograph with that
number. The camera's field of view stays where it is and is smaller than the original's, so that the retina can move
behind it. What this does not show: the pulse, another distance or angle of the eye, lashes, a smaller pupil.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from models.evaluation import perturbations
from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import find_field_of_view

FIELD = 0.88
"""The new field of view's diameter per that of the original's."""

SHIFT = 0.04
"""The furthest that the retina moves, in diameters of the original field of view."""

TURN = 3.0
"""The furthest that the eye turns to either side, in degrees."""

BLUR = 1.2
"""The strongest blur: deviation in pixels at a width of 1,000."""

LIGHT, GAMMA, TINT, NOISE, QUALITIES = (0.8, 1.2), (0.85, 1.18), 0.08, 5.0, (75, 96)


@dataclass(frozen=True)
class Pose:
    """Where the eye looks: moved by `x` and `y` pixels and turned by `angle` degrees."""

    x: float
    y: float
    angle: float


class Rephotographer:
    """Photographs the retina of `rgb` uint8[H,W,3] again; the same `seed` gives the same photographs."""

    def __init__(self, rgb: Rgb, seed: int) -> None:
        view = find_field_of_view(rgb)
        self._rgb, self._seed, self._side = rgb, seed, view.side
        self._centre = (view.left + view.width / 2, view.top + view.height / 2)
        # A camera's field of view has no dents: what the search left of them would be a dark notch in every copy.
        outline = (cv2.convexHull(view.outline)[:, 0] - self._centre) * FIELD + self._centre
        self._field = np.zeros(rgb.shape[:2], np.uint8)
        cv2.fillPoly(self._field, [np.rint(outline).astype(np.int32)], (1,))

    def again(self, number: int, zoom: float = 1.0) -> Rgb:
        """The photograph with this number, from 0; `zoom` times as many pixels wide and high as the original."""
        random = np.random.default_rng([self._seed, number])
        far, where = SHIFT * self._side * np.sqrt(random.uniform()), random.uniform(0, 2 * np.pi)
        moved = self._moved(Pose(far * np.cos(where), far * np.sin(where), random.uniform(-TURN, TURN)))
        blurred = perturbations.blur(moved, max(0.05, random.uniform(0, BLUR)))
        curve = 255 * (np.arange(256) / 255) ** random.uniform(*GAMMA) * random.uniform(*LIGHT)
        lit = cv2.LUT(blurred, np.asarray(np.clip(curve, 0, 255), np.uint8))
        tinted = perturbations.colour(np.asarray(lit, np.uint8), random.uniform(-TINT, TINT))
        # The black surround stays black, as cameras draw it.
        seen = perturbations.noise(tinted, random.uniform(0, NOISE)) * self._field[..., None]
        sized = perturbations.size(seen, zoom) if zoom != 1 else seen
        return perturbations.jpeg(sized, float(random.integers(*QUALITIES)))

    def _moved(self, pose: Pose) -> Rgb:
        matrix = cv2.getRotationMatrix2D(self._centre, pose.angle, 1)
        matrix[:, 2] += np.array([pose.x, pose.y])
        height, width = self._rgb.shape[:2]
        moved = cv2.warpAffine(self._rgb, matrix, (width, height), flags=cv2.INTER_CUBIC)
        return np.asarray(moved * self._field[..., None], np.uint8)
