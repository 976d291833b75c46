"""Retina photographs as other cameras and clumsier hands would have taken them: one changed copy at a time.

`appearance(rgb, number, seed)` takes RGB uint8[H,W,3] and gives the copy with that number, always the same for the same
seed. The kinds are those of `perturbations` over a wider range of strengths, and shadows, glare, red-free pictures
(gray and green) and a telephone's view through a lens. Used to fit and to try the gate and the quality report.
`defocused` copies are for the quality report alone.
"""

from collections.abc import Callable

import cv2
import numpy as np

from models.evaluation import perturbations
from retina.imaging.arrays import Rgb

DEFOCUS, GRAIN, PACKED = (2.0, 12.0), (2.0, 8.0), (60.0, 95.0)
"""Ranges of `defocused`: of the blur in pixels at `perturbations.REFERENCE_WIDTH`, noise in levels, JPEG quality."""


def shadow(rgb: Rgb, depth: float, random: np.random.Generator) -> Rgb:
    """Darken one side, as an eyelash or a small pupil does; `depth`, 0 to 1, is the share of light that is lost."""
    height, width = rgb.shape[:2]
    angle, where = random.uniform(0, 2 * np.pi), random.uniform(-0.15, 0.25)
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    along = rows * np.sin(angle) + columns * np.cos(angle)
    light = 1 - depth / (1 + np.exp(-(along - where) / 0.12))
    return np.asarray(np.clip(rgb * light[..., None], 0, 255), np.uint8)


def glare(rgb: Rgb, strength: float, random: np.random.Generator) -> Rgb:
    """Add a white haze around a bright reflection; `strength`, 0 to 1, is its share of white at the centre."""
    height, width = rgb.shape[:2]
    y, x = random.uniform(-0.6, 0.6, 2)
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    haze = strength * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / random.uniform(0.1, 0.5))
    lit = cv2.GaussianBlur((rgb.max(axis=2) > 20).astype(np.float32), (0, 0), 2)
    haze = (haze * lit)[..., None]
    return np.asarray(np.clip(rgb * (1 - haze) + 255 * haze, 0, 255), np.uint8)


def red_free(rgb: Rgb, _: float, random: np.random.Generator) -> Rgb:
    """The green channel as a gray picture, with another gamma."""
    gray = 255 * (rgb[..., 1] / 255.0) ** random.uniform(0.6, 1.1)
    return np.repeat(np.asarray(gray, np.uint8)[..., None], 3, axis=2)


def green(rgb: Rgb, spill: float, _: np.random.Generator) -> Rgb:
    """Only the green channel, `spill` (0 to 1) of it in red and blue: red-free pictures of some cameras."""
    channel = rgb[..., 1].astype(np.float32)
    return np.dstack([channel * spill, channel, channel * spill]).astype(np.uint8)


def telephone(rgb: Rgb, strength: float, random: np.random.Generator) -> Rgb:
    """Hazy, a little blurred, warm, unevenly lit and compressed: a telephone held to a lens."""
    tinted = np.clip(rgb * np.array([1.15, 0.95, 0.7]), 0, 255).astype(np.uint8)
    hazy = glare(shadow(tinted, 0.4 * strength, random), 0.5 * strength, random)
    return perturbations.jpeg(perturbations.blur(hazy, 1.0 + strength), 60)


def defocused(rgb: Rgb, seed: int) -> tuple[str, Rgb]:
    """What was changed and how much, and the photograph out of focus: blurred as by a lens, then with a sensor's noise.

    The noise tells it from copies that were blurred afterwards, which are smoother than any photograph.
    """
    random = np.random.default_rng(seed)
    sigma = float(np.exp(random.uniform(*np.log(DEFOCUS))))
    grainy = perturbations.noise(perturbations.blur(rgb, sigma), random.uniform(*GRAIN))
    return f"defocus {sigma:.1f}", perturbations.jpeg(grainy, random.uniform(*PACKED))


def _plain(change: Callable[[Rgb, float], Rgb]) -> Callable[[Rgb, float, np.random.Generator], Rgb]:
    return lambda rgb, parameter, _: change(rgb, parameter)


KINDS: dict[str, tuple[Callable[[Rgb, float, np.random.Generator], Rgb], tuple[float, ...]]] = {
    "blur": (_plain(perturbations.blur), (0.7, 1.5, 3, 5, 8)),
    "noise": (_plain(perturbations.noise), (5, 10, 20, 35)),
    "JPEG": (_plain(perturbations.jpeg), (50, 30, 10, 5)),
    "exposure": (_plain(perturbations.brightness), (0.15, 0.3, 0.6, 1.5, 2, 3)),
    "contrast": (_plain(perturbations.contrast), (0.6, 0.3, 0.15)),
    "colour": (_plain(perturbations.colour), (0.2, 0.4)),
    "size": (_plain(perturbations.size), (0.5, 0.25, 0.12)),
    "shadow": (shadow, (0.6, 0.9, 1.0)),
    "glare": (glare, (0.5, 0.8, 1.0)),
    "red-free": (red_free, (0,)),
    "green": (green, (0, 0.3)),
    "telephone": (telephone, (0.5, 1.0)),
}
"""By name: the change and its strengths."""


def appearance(rgb: Rgb, number: int, seed: int) -> tuple[str, Rgb]:
    """What was changed and how much, and the copy `number` of the photograph with this `seed`; 0 is unchanged."""
    if number == 0:
        return "unchanged", rgb
    random = np.random.default_rng([seed, number])
    order = np.random.default_rng(seed).permutation(len(KINDS))
    name = list(KINDS)[order[(number - 1) % len(KINDS)]]
    change, strengths = KINDS[name]
    strength = float(random.choice(strengths))
    return f"{name} {strength:g}", change(rgb, strength, random)
