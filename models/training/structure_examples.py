"""Patches to train the structures network, from IDRID's masks and the discs and foveas that were drawn.

`sources` reads the photographs once, cropped to their field of view, and keeps them in a folder of `.npz` files;
`Batches` cuts augmented patches from them, reproducible from a seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from tqdm import tqdm

from models.training import annotations
from models.training.labelled import photographs_with_fields
from retina.imaging.arrays import Gray, Mask, Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.structures.preparation import Channels, channels

WIDTH = 768
"""Width of the cached fields of view, in pixels."""
WIDTHS = (220, 400)
"""Field-of-view widths that patches are cut at, drawn log-uniformly."""
SIDE = 288
"""Side of a patch; targets are half as large."""

FOVEA = 1 / 40
"""Deviation of the Gaussian at the fovea, as a share of the field of view's width."""

TARGETS = 5
"""Disc, disc known, fovea, fovea known, and inside the field of view."""


@dataclass(frozen=True)
class Source:
    """A photograph cropped to its field of view, `WIDTH` wide; arrays share its size [H,W].

    `disc`: 0 to 255, or None where it is not known. `fovea`: its place (x, y), or None where it is not known.
    """

    set: str
    rgb: Rgb
    inside: Mask
    disc: Gray | None
    fovea: tuple[float, float] | None


def read(photograph: Path) -> dict[str, NDArray[Any]]:
    """Read one photograph and its labels, cropped and at most `WIDTH` wide; `box` is left, top, width, height."""
    bgr: Any = cv2.imread(str(photograph))
    rgb = np.ascontiguousarray(bgr[..., ::-1])
    view = find_field_of_view(rgb)
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    scale = min(1.0, WIDTH / view.width)
    size = (round(view.width * scale), round(view.height * scale))

    def small(pixels: NDArray[Any]) -> NDArray[np.uint8]:
        return np.asarray(cv2.resize(np.ascontiguousarray(pixels[window]), size, interpolation=cv2.INTER_AREA))

    found: dict[str, NDArray[Any]] = {
        "rgb": small(rgb),
        "inside": small(view.mask(rgb.shape[:2]).astype(np.uint8) * 255) > 127,
        "box": np.array([view.left, view.top, view.width, view.height]),
        "shape": np.array(rgb.shape[:2]),
    }
    folder, name = photograph.parents[1], f"{photograph.stem}.png"
    if (folder / "disc" / name).exists():
        disc: Any = cv2.imread(str(folder / "disc" / name), cv2.IMREAD_GRAYSCALE)
        found["disc"] = small((disc > 127).astype(np.uint8) * 255)
    return found


def cached(set_: str, id: str, photograph: Path, cache: Path) -> dict[str, NDArray[Any]]:
    """`read`, kept in `cache` as `<set>-<id>.npz`."""
    path = cache / f"{set_}-{id}.npz"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(path, **read(photograph))  # type: ignore[arg-type]
    with np.load(path) as kept:
        return dict(kept)


def sources(data: Path, cache: Path, split: str) -> list[Source]:
    """The photographs of one split that teach anything."""
    drawn, places = annotations.discs(), annotations.foveas()
    found = []
    for set_, id, photograph, _ in tqdm(photographs_with_fields(data, split), "photographs"):
        kept = cached(set_, id, photograph, cache)
        scale = kept["rgb"].shape[1] / kept["box"][2]
        disc, fovea = kept.get("disc"), places.get((set_, id))
        if disc is None and (set_, id) in drawn:
            disc = ellipse_mask(drawn[set_, id], kept["box"], scale, kept["inside"].shape)
        place = None
        if fovea:
            left, top = kept["box"][:2]
            place = ((fovea[0] - left + 0.5) * scale - 0.5, (fovea[1] - top + 0.5) * scale - 0.5)
        if disc is not None or place is not None:
            found.append(Source(set_, kept["rgb"], kept["inside"], disc, place))
    return found


def ellipse_mask(
    disc: annotations.Ellipse | None, box: NDArray[Any], scale: float, shape: tuple[int, int]
) -> NDArray[np.uint8]:
    """The drawn disc, uint8[H,W], 0 or 255, on the crop `box` resized by `scale`."""
    mask = np.zeros(shape, np.uint8)
    if disc:
        centre = tuple((v - c + 0.5) * scale - 0.5 for v, c in zip((disc.x, disc.y), box, strict=False))
        cv2.ellipse(mask, (centre, (disc.long * scale, disc.short * scale), disc.angle), (255,), cv2.FILLED)
    return mask


class Batches:
    """Batches numbered from 0. A batch depends on its number only, not on the batches drawn before."""

    def __init__(self, photographs: Sequence[Source], batch: int, seed: int) -> None:
        by_set: dict[str, list[Source]] = {}
        for photograph in photographs:
            by_set.setdefault(photograph.set, []).append(photograph)
        self._sets, self._batch, self._seed = list(by_set.values()), batch, seed

    def __call__(self, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Inputs float32[batch,SIDE,SIDE,4] and targets float32[batch,SIDE/2,SIDE/2,TARGETS].

        All sets are drawn equally often, however many photographs each has.
        """
        random = np.random.default_rng((self._seed, number))
        examples = []
        for _ in range(self._batch):
            one = self._sets[int(random.integers(len(self._sets)))]
            examples.append(_example(one[int(random.integers(len(one)))], random))
        return np.stack([x for x, _ in examples]), np.stack([y for _, y in examples])


def _example(source: Source, random: Generator) -> tuple[Channels, NDArray[np.float32]]:
    warp = _warp(source, random)
    area = (SIDE, SIDE)
    zoom = float(np.hypot(*warp[0, :2]))
    rgb = cv2.GaussianBlur(source.rgb, (0, 0), 0.45 / zoom) if zoom < 0.9 else source.rgb  # else pixels are skipped
    patch = cv2.warpAffine(rgb, warp, area)
    inside = cv2.warpAffine(source.inside.astype(np.uint8), warp, area, flags=cv2.INTER_NEAREST) > 0
    targets = np.zeros((SIDE // 2, SIDE // 2, TARGETS), np.float32)
    # Pixel i of the targets covers pixels 2i and 2i+1 of the patch.
    half = warp * 0.5
    half[:, 2] -= 0.25

    def target(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.asarray(cv2.warpAffine(pixels, half, (SIDE // 2, SIDE // 2)), np.float32) / np.float32(255)

    if source.disc is not None:
        targets[..., 0], targets[..., 1] = target(source.disc), 1
    if source.fovea is not None:
        targets[..., 3] = 1
        x, y = half[:, :2] @ np.array(source.fovea) + half[:, 2]
        rows, columns = np.mgrid[: SIDE // 2, : SIDE // 2]
        spread = FOVEA * source.rgb.shape[1] * np.linalg.norm(half[0, :2])
        targets[..., 2] = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * spread**2))
    targets[..., 4] = inside[::2, ::2]
    return channels(_retaken(np.asarray(patch, np.uint8), random), inside), targets


def _warp(source: Source, random: Generator) -> NDArray[np.float64]:
    """float64[2,3] from the source to the patch: a scale, a flip, a turn, a little anisotropy, about a point inside."""
    height, width = source.inside.shape
    scale = np.exp(random.uniform(*np.log(WIDTHS))) / width
    centre = np.array([width, height]) * (0.5 + random.uniform(-0.15, 0.15, 2))
    if source.disc is not None and random.random() < 0.4 and source.disc.any():
        rows, columns = np.nonzero(source.disc > 127)
        spread = random.uniform(-0.45, 0.45, 2) * SIDE / scale
        centre = np.array([columns.mean(), rows.mean()]) + spread
    angle = random.uniform(-np.pi, np.pi) if random.random() < 0.2 else random.normal(0, 0.25)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag(scale * np.exp(random.uniform(-0.07, 0.07, 2)) * random.choice([-1, 1], 2))
    return np.column_stack([linear, SIDE / 2 - linear @ centre])


def _retaken(patch: Rgb, random: Generator) -> NDArray[np.float32]:
    """Red and green, float32[H,W,2], 0 to 255, as another camera and another light would have them."""
    colour = patch.astype(np.float32) / 255
    mix = np.eye(3, dtype=np.float32)[:2] + random.uniform(-0.15, 0.15, (2, 3)).astype(np.float32)
    pair = np.clip(cv2.transform(colour, mix), 0, 1)
    if random.random() < 0.07:
        pair[..., 0] = pair[..., 1]  # red-free
    pair = pair ** np.exp(random.uniform(-0.4, 0.4, 2)).astype(np.float32)
    if random.random() < 0.5:
        light = random.uniform(0.6, 1.4, (3, 3)).astype(np.float32)
        pair = pair * cv2.resize(light, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)[..., None]
    pair = pair * np.exp(random.uniform(-0.5, 0.3, 2)).astype(np.float32)
    if random.random() < 0.25:
        pair = cv2.GaussianBlur(pair, (0, 0), float(np.exp(random.uniform(-1.2, 0.3))))
    if random.random() < 0.4:
        pair = pair + random.standard_normal(pair.shape, np.float32) * np.float32(random.uniform(0.002, 0.03))
    levels = np.clip(np.asarray(pair) * 255, 0, 255)
    if random.random() < 0.15:
        packed = np.dstack([levels, levels[..., 1]]).astype(np.uint8)
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(60, 95))]
        levels = cv2.imdecode(cv2.imencode(".jpg", packed, quality)[1], cv2.IMREAD_COLOR)[..., :2].astype(np.float32)
    return np.asarray(levels, np.float32)
