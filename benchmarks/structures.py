"""How long the optic disc with the fovea, and arteries and veins take: `python benchmarks/structures.py PHOTOGRAPH...`.

Milliseconds of one core's processor time, medians of `TIMES`, after one call to warm up, with OpenCV on one thread:
that depends less on what else the machine is doing than the time that passes.
"""

import statistics
import sys
import time
from pathlib import Path

import cv2

from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import decode_photograph, open_photograph
from retina.imaging.segmentation import segment
from retina.imaging.structures.finding import find_structures
from retina.imaging.structures.network import structure_network

TIMES = 21


def milliseconds(path: Path, network: VesselNetwork) -> tuple[float, float]:
    """The medians for the photograph at `path`: disc and fovea, and the same with arteries and veins."""
    data = path.read_bytes()
    photograph = decode_photograph(open_photograph(data, max_pixels=64_000_000, min_side=64), data)
    vessels = segment(photograph, network).vessels
    alone, whole = [], []
    for _ in range(TIMES + 1):
        started = time.process_time()
        found = find_structures(photograph, vessels, structure_network())
        alone.append(time.process_time() - started)
        _ = found.kinds
        whole.append(time.process_time() - started)
    return statistics.median(alone[1:]) * 1000, statistics.median(whole[1:]) * 1000


if __name__ == "__main__":
    cv2.setNumThreads(1)
    unet = VesselNetwork(Path(__file__).parents[1] / "models" / "unet.json")
    for name in sys.argv[1:]:
        disc, both = milliseconds(Path(name), unet)
        print(f"{name}: {disc:.0f} ms, with arteries and veins {both:.0f} ms")
