"""Processor time of all measurements of one photograph together, without the network's: the least, the median, and
their share of the network's time in the same run. Then what arteries and veins apart, zones and quadrants add.

With `--intervals` also that of their intervals.

`python -m benchmarks.measurements PHOTOGRAPH [--rounds 20] [--intervals]`
"""

import argparse
import statistics
import time
from dataclasses import replace
from pathlib import Path

import cv2

from benchmarks.judging import spent_on
from retina.imaging.measurements.intervals import measured_intervals
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.regional import measure_regions
from retina.imaging.measurements.registry import measure
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import decode_photograph, open_photograph
from retina.imaging.segmentation import segment
from retina.imaging.structures.finding import find_structures
from retina.imaging.structures.network import structure_network
from retina.settings import Settings


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photograph", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--intervals", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    settings, data = Settings(), arguments.photograph.read_bytes()
    photograph = decode_photograph(open_photograph(data, **settings.limits), data)
    network = VesselNetwork(settings.model)
    found = segment(photograph, network)
    network_time, _ = spent_on(lambda: segment(photograph, network), 3)
    structures = find_structures(photograph, found.vessels, structure_network())
    _ = structures.kinds  # found once, and drawn as well
    spent, regional, more = list[float](), list[float](), list[float]()
    for _ in range(arguments.rounds):
        observation = Observation(found.vessels, photograph.field_of_view, found.probability)
        started = time.process_time()
        measured = measure(observation)
        spent.append(1000 * (time.process_time() - started))
        if arguments.intervals:
            started = time.process_time()
            measured_intervals(observation, found.threshold, measured.values)
            more.append(1000 * (time.process_time() - started))
        known = replace(observation, structures=structures, eye="left")
        measured = measure(known)
        started = time.process_time()
        measure_regions(known, measured)
        regional.append(1000 * (time.process_time() - started))
    height, width = found.vessels.shape
    share = f"{min(spent) / network_time:.1%} of the network's {network_time:.0f} ms"
    print(f"{width}x{height}: least {min(spent):.0f} ms, median {statistics.median(spent):.0f} ms; {share}")
    print(f"kinds and regions in addition: least {min(regional):.0f} ms, median {statistics.median(regional):.0f} ms")
    if more:
        print(f"intervals: least {min(more):.0f} ms, median {statistics.median(more):.0f} ms more")


if __name__ == "__main__":
    main()
