"""How much a measurement changes if the same retina is photographed again, simulated; writes it into the card.

Takes train photographs of every set, evenly spread over their names, those with a field of view of more than 1,400
pixels made smaller, and photographs each again with `models.evaluation.rephotography`. Every copy is measured by the
served pipeline. s_w is the standard deviation within a photograph, pooled over photographs; the repeatability
coefficient is 1.96 * sqrt(2) * s_w: two values of the same retina differ by less in 95 of 100 pairs (Bland and Altman
1999, doi 10.1177/096228029900800204). It is relative, a share of the value, where the unit has a length, and where the
deviation grows with the value. Copies at another resolution count only for measurements without a length in the unit.
Arteries and veins apart, zones and quadrants are judged in the same way (`models.evaluation.regional_values`).

`python -m models.evaluation.repeatability --data DIR --values FILE [--most 4] [--write-card [regional]]`

The values are appended to a file of JSON lines, by which an interrupted run continues.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from tqdm import tqdm

from models.evaluation.measuring import read_photograph
from models.evaluation.perturbations import size
from models.evaluation.regional_values import PLACES, column, regional_columns, regional_values
from models.evaluation.rephotography import Rephotographer
from models.training.labelled import SETS, photographs_with_fields
from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.measurements.measurement import MeasurementDescription
from retina.imaging.measurements.regional import KINDS
from retina.imaging.measurements.registry import DECIMALS, MEASUREMENTS, Measurements
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.pipeline import predict_photograph
from retina.imaging.repeatability import RegionalRepeatability, Repeatability, RepeatabilityStudy
from retina.imaging.structures.shipped import shipped_sha256

WIDEST = 1400
"""Fields of view are at most so many pixels wide: to measure larger ones takes longer."""

ZOOMS = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.75, 1.3)
"""Size of each copy, per that of the photograph."""

FEWEST_COPIES, FEWEST_PHOTOGRAPHS = 3, 6
"""A photograph counts if so many of its copies could be measured, a measurement if so many photographs count."""

GROWS = 0.4
"""Rank correlation of deviation and mean over photographs, from which on the deviation grows with the value."""


@dataclass(frozen=True)
class Copy:
    """The measurements of one copy of a photograph."""

    set: str
    photograph: str
    number: int
    zoom: float
    values: Measurements


def spread(files: Sequence[tuple[str, str, Path]], most: int) -> list[tuple[str, str, Path]]:
    """At most this many (set, id, file) of each set, evenly spread over their names."""
    by_set = defaultdict(list)
    for one in sorted(files):
        by_set[one[0]].append(one)
    return [
        found[i]
        for found in by_set.values()
        for i in np.linspace(0, len(found) - 1, min(most, len(found))).round().astype(int)
    ]


def in_turn(chosen: Sequence[tuple[int, tuple[str, str, Path]]]) -> list[tuple[int, tuple[str, str, Path]]]:
    """One photograph of every set, then another of every set: an interrupted run has as many of each."""
    by_set: dict[str, int] = defaultdict(int)
    turns = []
    for number, (name, id, file) in chosen:
        turns.append((by_set[name], number, (name, id, file)))
        by_set[name] += 1
    return [(number, one) for _, number, one in sorted(turns)]


def measured(rgb: Rgb, network: VesselNetwork) -> Measurements:
    """All measurements of RGB uint8[H,W,3], as the service would answer them with arteries and veins, by column."""
    photograph = Photograph(rgb, find_field_of_view(rgb), "")
    pictures = dict.fromkeys(("artery_vein", "disc"), lambda *_: b"")
    prediction = predict_photograph(photograph, network, pictures, force=True)
    return prediction.measured.values | regional_values(prediction.regional or ())


def missing(path: Path, most: int, data: Path, network: VesselNetwork) -> None:
    """Measure every copy that the file `path` lacks and append it; then those that lack a newer measurement."""
    files = [(name, id, file) for name, id, file, _ in photographs_with_fields(data, "train")]
    chosen = in_turn(list(enumerate(spread(files, most))))
    names = {each.name for each in MEASUREMENTS} | set(regional_columns())
    known = {(copy.set, copy.photograph, copy.number): names <= set(copy.values) for copy in read(path)}
    for newer, (seed, (name, id, file)) in tqdm([*product((False, True), chosen)], unit="photo"):
        keys = [(name, id, number) for number in range(len(ZOOMS))]
        wanted = [key for key in keys if (not known.get(key, True) if newer else key not in known)]
        if not wanted:
            continue
        photograph = read_photograph(file)
        rgb, width = photograph.rgb, photograph.field_of_view.width
        again = Rephotographer(size(rgb, WIDEST / width) if width > WIDEST else rgb, seed)
        for _, _, number in wanted:
            copy = Copy(name, id, number, ZOOMS[number], measured(again.again(number, ZOOMS[number]), network))
            with path.open("a") as lines:
                lines.write(json.dumps(asdict(copy)) + "\n")
            known[name, id, number] = True


def read(path: Path) -> list[Copy]:
    """What the file holds, of each copy what was measured last; nothing if it does not exist."""
    lines = path.read_text().splitlines() if path.exists() else []
    copies = [Copy(**json.loads(line)) for line in lines]
    return [*{(copy.set, copy.photograph, copy.number): copy for copy in copies}.values()]


def has_length(unit: str) -> bool:
    """Whether values in this unit compare at one resolution only."""
    return any(length in unit for length in ("px", "pixel", "µm"))


def coefficient(
    copies: Iterable[Copy],
    measurement: MeasurementDescription,
    name: str | None = None,
    relative: bool | None = None,
) -> Repeatability | None:
    """That of one measurement, or of its regional column `name`; None if too few photographs show it.

    `relative` says whether it is a share of the value, None that the values tell. Of a share, photographs whose value
    is 0 show nothing.
    """
    at_any_size = not has_length(measurement.unit)
    by_photograph = defaultdict(list)
    for copy in copies:
        value = copy.values.get(name or measurement.name)
        if value is not None and (at_any_size or copy.zoom == 1):
            by_photograph[copy.set, copy.photograph].append(value)
    groups = [np.array(found) for found in by_photograph.values() if len(found) >= FEWEST_COPIES]
    if relative:
        groups = [group for group in groups if group.mean() > 0]
    if len(groups) < FEWEST_PHOTOGRAPHS:
        return None
    means, deviations = (np.array([of(group) for group in groups]) for of in (np.mean, _deviation))
    weights = [len(group) - 1 for group in groups]
    # A share of the value means something only where zero is nothing: not for an angle, nor for tortuosity.
    if relative is None:
        relative = (measurement.minimum == 0 < means.min()) and (
            not at_any_size or bool(deviations.max() > 0 and spearmanr(means, deviations).statistic >= GROWS)
        )
    within = deviations / means if relative else deviations
    pooled = float(np.sqrt(np.average(within**2, weights=weights)))
    return Repeatability(
        coefficient=round(1.96 * 2**0.5 * pooled, DECIMALS), relative=bool(relative), photographs=len(groups)
    )


def _deviation(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1))


def coefficients(copies: Sequence[Copy]) -> dict[str, Repeatability]:
    """Those of all measurements that could be judged. One in micrometres has that of the same one in pixels."""
    found = {each.name: coefficient(copies, each) for each in MEASUREMENTS}
    for name in found:
        if name.endswith("_um"):
            found[name] = found.get(name.removesuffix("_um"))
    return {name: each for name, each in found.items() if each is not None}


def regional_coefficients(copies: Sequence[Copy], whole: Mapping[str, Repeatability]) -> list[RegionalRepeatability]:
    """Those of arteries and veins apart, of zones and quadrants, as far as they could be judged; a share of the value
    for those measurements whose coefficient of the `whole` photograph is one.
    """
    return [
        RegionalRepeatability(name=each.name, vessels=vessels, region=region, **found.model_dump())
        for each in MEASUREMENTS
        for vessels, region in PLACES
        if each.name in whole
        and (found := coefficient(copies, each, column(each.name, vessels, region), whole[each.name].relative))
    ]


def protocol(copies: Sequence[Copy]) -> str:
    """What the coefficients were measured on, in a sentence."""
    sets = ", ".join(sorted({copy.set for copy in copies}))
    photographs = len({(copy.set, copy.photograph) for copy in copies})
    return f"{len(ZOOMS)} simulated photographs of each of {photographs} train photographs of {sets}"


def table(copies: Sequence[Copy]) -> str:
    """A Markdown table: for all photographs, and for the sets that the network was trained on and the others."""
    seen = [copy for copy in copies if copy.set in SETS]
    parts = [coefficients(part) for part in (copies, seen, [copy for copy in copies if copy.set not in SETS])]
    lines = ["| measurement | photographs | mean | repeatability | trained-on sets | other sets |", "|---" * 6 + "|"]
    for name, each in parts[0].items():
        values = [v for copy in copies if (v := copy.values.get(name)) is not None]
        mean = f"{np.mean(values):.4g}" if values else ""
        cells = [_written(part.get(name)) for part in parts]
        lines.append(f"| {name} | {each.photographs} | {mean} | {' | '.join(cells)} |")
    return "\n".join(lines)


def regional_table(coefficients: Sequence[RegionalRepeatability]) -> str:
    """A Markdown table: a row for each measurement and region, a column for each kind of vessels, photographs in
    brackets.
    """
    found = {(each.name, each.region, each.vessels): each for each in coefficients}
    lines = [f"| measurement | region | {' | '.join(KINDS)} |", "|---" * (2 + len(KINDS)) + "|"]
    for name, region in dict.fromkeys((name, region) for name, region, _ in found):
        cells = [
            f"{_written(each)} ({each.photographs})" if (each := found.get((name, region, vessels))) else ""
            for vessels in KINDS
        ]
        lines.append(f"| `{name}` | `{region}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _written(one: Repeatability | None) -> str:
    if one is None:
        return ""
    return f"{100 * one.coefficient:.1f} %" if one.relative else f"{one.coefficient:.3g}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with a folder a set")
    parser.add_argument("--values", type=Path, required=True, help="a file of JSON lines, made if it does not exist")
    parser.add_argument("--most", type=int, default=4, help="photographs of each set")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card")
    parser.add_argument(
        "--write-card",
        nargs="?",
        const="all",
        choices=("all", "regional"),
        help="put the coefficients into the card; regional: only those, beside what a larger run has put there",
    )
    options = parser.parse_args()
    cv2.setNumThreads(1)
    network = VesselNetwork(options.model)
    missing(options.values, options.most, options.data, network)
    copies, card = read(options.values), network.card
    known = card.repeatability if options.write_card == "regional" else None
    whole = known.measurements if known else coefficients(copies)
    regional = regional_coefficients(copies, whole)
    print(table(copies), regional_table(regional), sep="\n\n")
    if options.write_card:
        study = RepeatabilityStudy(
            network_sha256=card.sha256,
            structures_sha256=shipped_sha256(),
            protocol=known.protocol if known else protocol(copies),
            measurements=whole,
            regional_protocol=protocol(copies),
            regional=regional,
        )
        options.model.write_text(card.model_copy(update={"repeatability": study}).model_dump_json(indent=2) + "\n")


if __name__ == "__main__":
    main()
