"""How long each stage of a prediction takes, measured in this process."""

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from retina.imaging import preprocessing, rendering
from retina.imaging.decoding.decoder import decoder
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import measure
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph, decode_photograph, open_photograph
from retina.imaging.segmentation import Segmentation, over

LIMITS = {"max_pixels": 64_000_000, "min_side": 64}
T = TypeVar("T")


def stages(data: bytes, card: Path, rounds: int) -> dict[str, list[float]]:
    """Milliseconds per stage of a request with default outputs."""
    network = VesselNetwork(card)
    spent: dict[str, list[float]] = defaultdict(list)

    def timed(stage: str, work: Callable[[], T]) -> T:
        started = time.perf_counter()
        result = work()
        spent[stage].append((time.perf_counter() - started) * 1e3)
        return result

    def decode() -> Photograph:
        with decoder().photograph(data, **LIMITS) as photograph:
            return photograph

    for _ in range(rounds):
        timed(
            "decode in this process, for comparison", lambda: decode_photograph(open_photograph(data, **LIMITS), data)
        )
        photograph = timed("decode, field of view", decode)
        view, shape = photograph.field_of_view, photograph.rgb.shape[:2]
        placed = preprocessing.place(view, network.card.canvases)
        values = timed("prepare", lambda: preprocessing.prepare(photograph.rgb, view, placed, network.card.preparation))
        probability = timed("infer", lambda: network(placed.canvas, values))

        def threshold() -> Segmentation:
            native = preprocessing.restore(probability, view, placed, shape)
            limit = network.card.threshold_at(view.side)
            vessels = over(native, limit)
            measure(Observation(vessels, view, native))
            return Segmentation(native, vessels, limit, placed.canvas)

        segmentation = timed("threshold, measure", threshold)
        wanted = {**rendering.OUTPUTS["preview"], **rendering.OUTPUTS["mask"]}
        timed("encode", lambda: [draw(photograph, segmentation) for draw in wanted.values()])
    return {stage: values[2:] for stage, values in spent.items()}
