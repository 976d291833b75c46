"""How long arteries and veins, disc and fovea take: `python benchmarks/structures.py PHOTOGRAPH...`.

Milliseconds of one core's processor time, medians of `TIMES`, after one call to warm up, with OpenCV on one thread: it
hardly depends on what else the machine is doing.
"""

import statistics
import sys
import time
from pathlib import Path

import cv2

from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import decode_photograph, open_photograph
from retina.imaging.segmentation import segment
from retina.imaging.structures.classifier import classifier
from retina.imaging.structures.finding import find_structures
from retina.imaging.structures.network import structure_network

TIMES = 21


def milliseconds(path: Path, network: VesselNetwork) -> float:
    """The median for the photograph at `path`."""
    data = path.read_bytes()
    photograph = decode_photograph(open_photograph(data, max_pixels=64_000_000, min_side=64), data)
    vessels = segment(photograph, network).vessels
    spent = []
    for _ in range(TIMES + 1):
        started = time.process_time()
        find_structures(photograph, vessels, structure_network(), classifier())
        spent.append(time.process_time() - started)
    return statistics.median(spent[1:]) * 1000


if __name__ == "__main__":
    cv2.setNumThreads(1)
    unet = VesselNetwork(Path(__file__).parents[1] / "models" / "unet.json")
    for name in sys.argv[1:]:
        print(f"{name}: {milliseconds(Path(name), unet):.0f} ms")
