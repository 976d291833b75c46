"""Processor time of finding the field of view, the gate and the quality report, and of the network in the same run.

`python -m benchmarks.judging PHOTOGRAPH [--rounds 40]`. Their share of the network's time says more than milliseconds
where machines differ or are shared.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2

from retina.imaging.clarity import clarity
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import decode_photograph, open_photograph
from retina.imaging.quality import quality_report
from retina.imaging.reduction import reduce
from retina.imaging.retina_gate import impossible, judge
from retina.imaging.segmentation import segment
from retina.settings import Settings


def spent_on(work: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Milliseconds of processor time, the least and the median of so many rounds."""
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - started))
    return min(spent), statistics.median(spent)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photograph", type=Path)
    parser.add_argument("--rounds", type=int, default=40)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    settings, data = Settings(), arguments.photograph.read_bytes()
    photograph = decode_photograph(open_photograph(data, **settings.limits), data)
    network, rgb, view = VesselNetwork(settings.model), photograph.rgb, photograph.field_of_view
    found = segment(photograph, network)
    reduction = reduce(rgb, found.probability, view)
    verdict = judge(reduction)
    stages: dict[str, Callable[[], Any]] = {
        "field of view": lambda: find_field_of_view(rgb),
        "what cannot be a retina": lambda: impossible(rgb, view),
        "reduction": lambda: reduce(rgb, found.probability, view),
        "gate": lambda: judge(reduction),
        "quality": lambda: quality_report(clarity(reduction, view), view, verdict, None),
    }
    spent = {stage: spent_on(work, arguments.rounds) for stage, work in stages.items()}
    least, median = (sum(each[i] for each in spent.values()) for i in range(2))
    network_time, _ = spent_on(lambda: segment(photograph, network), 3)
    print("milliseconds, least and median")
    for stage, each in spent.items():
        print(f"{stage}: {each[0]:.1f}, {each[1]:.1f}")
    print(f"together: {least:.1f}, {median:.1f}; {least / network_time:.2%} of the network's {network_time:.0f}")


if __name__ == "__main__":
    main()
