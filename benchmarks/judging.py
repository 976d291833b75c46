"""Processor time and memory of finding the field of view, the gate and the quality report, and of the network.

`python -m benchmarks.judging PHOTOGRAPH [--rounds 40]`. Their share of the network's time says more than milliseconds
where machines differ or are shared.

Memory is resident memory as Linux counts it: what NumPy and OpenCV allocate, no profiler of Python sees. Every number
is of a process of its own, which begins with the pixels, and the median of `PROCESSES`.
"""

import argparse
import ctypes
import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2

from retina.imaging.arrays import ProbabilityMap, Rgb
from retina.imaging.clarity import clarity
from retina.imaging.field_of_view import FieldOfView, find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph, decode_photograph, open_photograph
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


PROCESSES = 7
"""How many processes measure each memory."""


def resident(field: str) -> float:
    """MB of this process: `VmRSS` now, `VmHWM` at most since it started or `begin_anew` was called."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(field))


def begin_anew() -> None:
    """Give back free memory, which would hide what is allocated next; the most that was resident begins anew."""
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")


def judging_alone(rgb: Rgb, probability: ProbabilityMap) -> tuple[float, float]:
    """MB that judging adds to a process with photograph uint8[H,W,3] and map uint16[H,W]: the first time, which also
    loads what it needs, and the second time.
    """
    cv2.setNumThreads(1)
    added = []
    for _ in range(2):
        begin_anew()
        before = resident("VmRSS")
        view = find_field_of_view(rgb)
        impossible(rgb, view)
        _judge(rgb, probability, view)
        added.append(resident("VmHWM") - before)
    return added[0], added[1]


def with_the_network(rgb: Rgb, known: FieldOfView | None) -> float:
    """MB at most of a process that segments a photograph uint8[H,W,3], and judges it unless its field is `known`."""
    cv2.setNumThreads(1)
    network = VesselNetwork(Settings().model)
    view = known or find_field_of_view(rgb)
    if not known:
        impossible(rgb, view)
    found = segment(Photograph(rgb, view, ""), network)
    if not known:
        _judge(rgb, found.probability, view)
    return resident("VmHWM")


def _judge(rgb: Rgb, probability: ProbabilityMap, view: FieldOfView) -> None:
    """What is judged after the network has run."""
    reduction = reduce(rgb, probability, view)
    quality_report(clarity(reduction, view), view, judge(reduction), None)


def apart(work: Callable[..., Any], *given: Any) -> list[Any]:
    """What `work` returns in so many processes, one after the other, each new and without this one's memory."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return [pool.apply(work, given) for _ in range(PROCESSES)]


def described(numbers: Sequence[float]) -> str:
    """Their median, least and most."""
    return f"{statistics.median(numbers):.1f} ({min(numbers):.1f} to {max(numbers):.1f})"


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
    added = apart(judging_alone, rgb, found.probability)
    most = {
        "segmented only": apart(with_the_network, rgb, view),
        "segmented and judged": apart(with_the_network, rgb, None),
    }
    print("MB")
    for i, which in enumerate(("first", "second")):
        print(f"added by judging, without the network, the {which} time: {described([pair[i] for pair in added])}")
    for name, numbers in most.items():
        print(f"at most, {name}: {described(numbers)}")


if __name__ == "__main__":
    main()
