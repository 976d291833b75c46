"""Patches whose labels are mixed of an observer's mask and of other networks' probability map, or that map alone.

`sources` reads the train splits of the sets that observers have labelled, and photographs of AVRDB and IDRID, where no
mask shows how wide vessels are. `Batches` cuts augmented patches from them, reproducible from a seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.training import patches, small_cameras
from models.training.crops import Crop
from models.training.drawn_labels import ReducedLabel
from models.training.labelled import SETS, LabelledSetError, photographs_with_fields, read_mask, read_set
from retina.imaging.arrays import CERTAIN, Gray, Mask, Rgb
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.preprocessing import resample
from retina.imaging.segmentation import segment

LABELLED = (*SETS, "FIVES20")
"""The sets whose masks are learned from. The network that is served has learned without FIVES20."""
SHARES = {"CHASE_DB1": 0.25, "HRF": 0.3, "FIVES20": 0.2, "AVRDB": 0.13, "IDRID": 0.12}
"""Which share of the photographs is drawn from each set, however many it has."""
OBSERVER = 0.7
"""Weight of the observer's mask in a label. The rest is the map."""
SMALL, SMALL_WIDTHS = 0.5, tuple(width for width in small_cameras.WIDTHS if width <= 800)
"""Which share of the photographs that have a mask is reduced to what a smaller camera gives, and to which widths."""
DARK, DARKNESS = 0.25, (0.25, 0.7)
"""Which share of the photographs is made darker, and the range of the factor."""
SIDE = 256
"""Side of a patch in pixels."""
WIDTHS = (700, 2100)
"""Range of field-of-view widths in pixels, drawn log-uniformly."""
POOL, BATCHES = 48, 3
"""Patches are cut from the last `POOL` augmented photographs, one of which is replaced after so many batches."""
MEASURED, TAKEN = 4, 3
"""The steps of `unmeasured`."""


@dataclass(frozen=True)
class Source:
    """A photograph uint8[H,W,3] cropped to its field of view `inside`, bool[H,W].

    `label` and `taught`, the map, are uint8[H,W], 0 to 255. `small`: the masks of smaller cameras, if there is a mask.
    """

    rgb: Rgb
    label: Gray
    taught: Gray
    inside: Mask
    small: tuple[ReducedLabel, ...] = ()


def photographs(data: Path) -> dict[str, list[tuple[Path, Path | None]]]:
    """The photographs to learn from by set, train splits only, each with the observer's mask, if there is one.

    Raises `LabelledSetError` if a set is missing.
    """
    found: dict[str, list[tuple[Path, Path | None]]] = {
        name: [(one.photograph, one.vessels) for one in read_set(data / name, "train")] for name in LABELLED
    }
    others = photographs_with_fields(data, "train")
    for name in [name for name in SHARES if name not in LABELLED]:
        paths = [path for set_, _, path, _ in others if set_ == name]
        found[name] = [(path, None) for path in (unmeasured(paths) if name == "AVRDB" else paths)]
    if missing := sorted(name for name, some in found.items() if not some):
        raise LabelledSetError(f"{data} has no photographs to train on of {', '.join(missing)}")
    return found


def unmeasured(train: Sequence[Path]) -> list[Path]:
    """Every `TAKEN`-th of AVRDB's train photographs without every `MEASURED`-th, by which networks are compared.

    These are the photographs that `models.evaluation.presence --split train --every 4` measures.
    """
    return [path for number, path in enumerate(train) if number % MEASURED][::TAKEN]


def sources(data: Path, teachers: Sequence[VesselNetwork]) -> dict[str, list[Source]]:
    """Read all `photographs` and let the teachers segment them, with test-time augmentation: some seconds for each."""
    found: dict[str, list[Source]] = {name: [] for name in SHARES}
    every = [(name, *one) for name, some in photographs(data).items() for one in some]
    for name, photograph, vessels in tqdm(every, "photographs"):
        found[name].append(load(photograph, vessels, teachers))
    return found


def load(photograph: Path, vessels: Path | None, teachers: Sequence[VesselNetwork]) -> Source:
    """Read and crop one photograph, with the observer's mask in the file `vessels`, if there is one.

    The map that is taught is the mean of the teachers' maps.
    """
    crop = Crop(photograph)
    read = Photograph(crop.photograph, crop.view, "")
    maps = [segment(read, teacher, flips=True).probability for teacher in teachers]
    taught = crop(np.rint(np.mean(maps, axis=0) * (255 / CERTAIN)).astype(np.uint8))
    rgb, inside = crop(crop.photograph), crop.inside()
    if vessels is None:
        return Source(rgb, taught, taught, inside)
    mask = read_mask(vessels)
    small = small_cameras.labels(mask[crop.window], SMALL_WIDTHS)
    return Source(rgb, mixed(crop(mask.astype(np.uint8) * 255), taught), taught, inside, small)


def mixed(observed: Gray, taught: Gray) -> Gray:
    """The label, uint8[H,W], of the observer's mask and the map, both uint8[H,W], 0 to 255."""
    return np.rint(OBSERVER * observed + (1 - OBSERVER) * taught).astype(np.uint8)


class Batches:
    """Batches numbered from 0. A batch depends on its number only, not on the batches drawn before."""

    def __init__(self, sets: Mapping[str, Sequence[Source]], batch: int, seed: int) -> None:
        self._sets, self._batch, self._seed = sets, batch, seed
        self._disturbed = lru_cache(POOL)(self._disturb)

    def __call__(self, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Inputs float32[batch,SIDE,SIDE,1] and targets float32[batch,SIDE,SIDE,2], as in `patches.Patches`."""
        random = np.random.default_rng((self._seed, 0, number))
        pool = [self._disturbed(number // BATCHES + i) for i in range(POOL)]
        cuts = [patches.cut(pool[int(random.integers(POOL))], SIDE, random) for _ in range(self._batch)]
        return patches.stacked(cuts)

    def _disturb(self, index: int) -> patches.Disturbed:
        random = np.random.default_rng((self._seed, 1, index))
        some = self._sets[str(random.choice(list(SHARES), p=list(SHARES.values())))]
        source = some[int(random.integers(len(some)))]
        rgb, label, width = source.rgb, source.label, float(np.exp(random.uniform(*np.log(WIDTHS))))
        if source.small and random.random() < SMALL:
            rgb, mask, width = small_cameras.photograph(rgb, source.small, random)
            label = mixed(mask, resample(source.taught, mask.shape[::-1]))
        if random.random() < DARK:
            # Rounded to 8 bits, as a camera rounds it.
            rgb = (rgb * np.float32(random.uniform(*DARKNESS))).astype(np.uint8)
        return patches.disturb(rgb, label, source.inside, width, random)
