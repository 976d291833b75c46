"""Keep what the shipped networks see in each labelled photograph at its own size, so that measuring needs no network.

For each photograph of the sets in a folder, the vessel network's probability map, a PNG uint16[H,W], and the maps of
the structures network. An interrupted run continues where it stopped. The folder is a cache, to be made anew for other
networks.

`python -m models.evaluation.own_maps --data DIR --maps DIR [--sets CHASE_DB1 HRF FIVES20 AVRDB IDRID]`
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.evaluation.measuring import read_photograph
from models.training.labelled import photographs_with_fields
from retina.imaging.arrays import ProbabilityMap
from retina.imaging.model_card import CanvasSize
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.preprocessing import place
from retina.imaging.segmentation import segment
from retina.imaging.structures.network import Maps, StructureNetwork
from retina.imaging.structures.preparation import Channels, prepare_colour

SETS = ("CHASE_DB1", "HRF", "FIVES20", "AVRDB", "IDRID")


class KeptStructures(StructureNetwork):
    """Answers as the structures network answered for the photograph whose maps are in a file."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises `FileNotFoundError` if there is none."""
        with np.load(path) as kept:
            self._maps = kept["maps"].astype(np.float32)
        height, width = (2 * side for side in self._maps.shape[:2])
        self.canvas = CanvasSize(height=height, width=width, field_of_view_width_up_to=None)

    def __call__(self, values: Channels) -> Maps:
        """The maps float32[h/2,w/2,3], whatever the canvas float32[h,w,4] shows."""
        return np.array(self._maps, np.float32)


@dataclass(frozen=True)
class OwnMaps:
    """The files of photograph `id` in the folder of its set."""

    folder: Path
    id: str

    @property
    def _vessels(self) -> Path:
        return self.folder / f"{self.id}.png"

    @property
    def _structures(self) -> Path:
        return self.folder / f"{self.id}.npz"

    @property
    def there(self) -> bool:
        """Whether they were kept."""
        return self._vessels.exists() and self._structures.exists()

    def keep(self, photograph: Photograph, vessels: VesselNetwork, structures: StructureNetwork) -> None:
        """Run both networks on the photograph."""
        view = photograph.field_of_view
        maps = structures(prepare_colour(photograph.rgb, view, place(view, [structures.canvas])))
        self.folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(self._structures, maps=maps.astype(np.float16))
        cv2.imwrite(str(self._vessels), segment(photograph, vessels).probability)

    def probability(self) -> ProbabilityMap:
        """uint16[H,W]. Raises `FileNotFoundError` if it was not kept."""
        levels = cv2.imread(str(self._vessels), cv2.IMREAD_UNCHANGED)
        if levels is None:
            raise FileNotFoundError(self._vessels)
        return np.asarray(levels, np.uint16)

    def structures(self) -> KeptStructures:
        """The network's answer. Raises `FileNotFoundError` if it was not kept."""
        return KeptStructures(self._structures)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--maps", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    vessels, structures = VesselNetwork(Path("models/unet.json")), StructureNetwork(Path("models/structures.tflite"))
    for name, id, path, _ in tqdm(
        sorted(
            (each for each in photographs_with_fields(arguments.data) if each[0] in arguments.sets),
            key=lambda each: arguments.sets.index(each[0]),
        ),
        mininterval=10,
    ):
        maps = OwnMaps(arguments.maps / name, id)
        if not maps.there:
            maps.keep(read_photograph(path), vessels, structures)


if __name__ == "__main__":
    main()
