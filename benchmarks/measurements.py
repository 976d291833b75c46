"""Processor time of all measurements of one photograph together, without the network's: the least, the median, and
their share of the network's time in the same run.

`python -m benchmarks.measurements PHOTOGRAPH [--rounds 20]`
"""

import argparse
import statistics
import time
from pathlib import Path

import cv2

from benchmarks.judging import least
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import measure
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import decode_photograph, open_photograph
from retina.imaging.segmentation import segment
from retina.settings import Settings


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photograph", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    settings, data = Settings(), arguments.photograph.read_bytes()
    photograph = decode_photograph(open_photograph(data, **settings.limits), data)
    network = VesselNetwork(settings.model)
    found = segment(photograph, network)
    network_time = least(3, lambda: segment(photograph, network))
    spent = []
    for _ in range(arguments.rounds):
        observation = Observation(found.vessels, photograph.field_of_view, found.probability)
        started = time.process_time()
        measure(observation)
        spent.append(1000 * (time.process_time() - started))
    height, width = found.vessels.shape
    share = f"{min(spent) / network_time:.1%} of the network's {network_time:.0f} ms"
    print(f"{width}x{height}: least {min(spent):.0f} ms, median {statistics.median(spent):.0f} ms; {share}")


if __name__ == "__main__":
    main()
