"""Evaluate the served pipeline on labelled photographs, or find the best threshold on those of the train splits.

Takes a folder of labelled sets and a model card. Prints a table per set; on request writes a CSV with one row per
photograph, comparison sheets, and the card's scores. Uses `retina.imaging.segmentation.segment`, so that exactly what
is served is measured. Nothing is trained.

`python -m models.evaluation.evaluate --data DIR [--csv FILE] [--sheets DIR] [--widths 1024 1536] [--flips]
[--write-card]`
`python -m models.evaluation.evaluate --data DIR --model CARD --sets HRF --split train --sweep`, for a network that
never saw HRF
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial, reduce
from operator import add
from pathlib import Path

from tqdm import tqdm

from models.evaluation import reliability
from models.evaluation.agreement import Measured
from models.evaluation.measuring import Variant, measure, variants
from models.evaluation.reports import sweep, table, write_csv, write_scores, write_sheets
from models.training.labelled import LabelledPhotograph, LabelledSetError, read_sets
from retina.errors import ModelCardError
from retina.imaging.model_card import ModelCard


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with one folder per set")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card of the network")
    parser.add_argument("--split", choices=("test", "train", "all"), default="test")
    parser.add_argument(
        "--sets", nargs="+", help="names of sets; default: every folder in --data with images/, vessels/ and fov/"
    )
    parser.add_argument(
        "--widths", nargs="+", type=int, default=[], help="working widths instead of the card's canvases"
    )
    parser.add_argument("--flips", action="store_true", help="measure the mean over mirror images, too")
    parser.add_argument("--csv", type=Path, help="write a CSV with one row per photograph and reader here")
    parser.add_argument("--sheets", type=Path, help="write pictures of the best, median and worst photographs here")
    parser.add_argument("--reliability", type=Path, help="draw how reliable the probabilities are, as a PNG")
    parser.add_argument("--write-card", action="store_true", help="write the means into the card's scores")
    parser.add_argument("--sweep", action="store_true", help="print mean Dice per threshold instead")
    parser.add_argument("--jobs", type=int, default=1, help="photographs measured at the same time")
    options = parser.parse_args()
    if wrong := mistake(options):
        parser.error(wrong)
    try:
        _evaluate(options)
    except (LabelledSetError, ModelCardError) as error:
        parser.error(f"{error}")


def mistake(options: argparse.Namespace) -> str | None:
    """What is wrong with the `options`, if anything."""
    if options.sweep and options.split != "train":
        return "a threshold is not chosen on test photographs: add --split train"
    if options.write_card and (options.widths or options.flips):
        return "the card's scores are those of the card as it is: leave out --widths and --flips"
    if wrong := [width for width in options.widths if width <= 0]:
        return f"a width must be more than 0 pixels, not {wrong[0]}"
    if options.sheets and options.sheets.exists() and not options.sheets.is_dir():
        return f"{options.sheets} is not a folder"
    for path in (options.csv, options.reliability):
        if path and not path.parent.is_dir():
            return f"there is no folder {path.parent} to write {path.name} into"
    return "--jobs must be 1 or more" if options.jobs < 1 else None


def sets_with_references(data: Path) -> tuple[list[str], dict[str, str]]:
    """The names of the sets in `data` that have references of vessels, and of the others with what they lack."""
    complete, lacking = [], {}
    for folder in sorted(images.parent for images in data.glob("*/images")):
        missing = [f"{name}/" for name in ("vessels", "fov") if not (folder / name).is_dir()]
        if missing:
            lacking[folder.name] = " and ".join(missing)
        else:
            complete.append(folder.name)
    return complete, lacking


def _complete(data: Path) -> list[str]:
    """The names of the sets in `data` that have references; says which others are left out, and why."""
    complete, lacking = sets_with_references(data)
    if lacking and not complete:
        raise LabelledSetError(f"no set in {data} has vessels/ and fov/ to compare with")
    for name, folders in lacking.items():
        print(f"{name} is left out: it has no {folders} to compare with.", file=sys.stderr)
    return complete


def _thresholds(card: ModelCard) -> str:
    """The card's thresholds in words."""
    sizes = [(t.threshold, t.field_of_view_side_up_to) for t in card.thresholds]
    steps = "".join(f", {threshold:g} for fields of view up to {side} pixels" for threshold, side in sizes)
    return f"threshold {card.threshold:g}{steps}"


def _measured(
    ways: list[Variant], wanted: dict[str, list[LabelledPhotograph]], jobs: int
) -> dict[str, dict[str, list[Measured]]]:
    """Each photograph of each set, measured in each way."""
    sets: dict[str, dict[str, list[Measured]]] = {name: {} for name in wanted}
    total = len(ways) * sum(map(len, wanted.values()))
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=total, unit="photo") as progress:
        for name, found in wanted.items():
            for way in ways:
                sets[name][way.name] = []
                for measured in pool.map(partial(measure, variant=way), found):
                    sets[name][way.name].append(measured)
                    progress.update()
    return sets


def _evaluate(options: argparse.Namespace) -> None:
    ways = variants(options.model, options.widths, options.flips)
    wanted = read_sets(options.data, options.sets or _complete(options.data), options.split)
    sets = _measured(ways, wanted, options.jobs)
    if options.sweep:
        for way in ways:
            print(f"{way.name}:\n", sweep({name: measured[way.name] for name, measured in sets.items()}), sep="\n")
        return
    card = ways[0].network.card
    protocol = (
        "pixels inside the set's own field-of-view mask, at the photograph's own resolution, against the first "
        f"observer; {_thresholds(card)}, fixed beforehand; mean over photographs"
    )
    print(*(table(name, measured) for name, measured in sets.items()), f"Protocol: {protocol}.", sep="\n\n")
    if options.csv:
        write_csv(options.csv, sets)
    if options.sheets:
        for name, found in wanted.items():
            write_sheets(options.sheets, name, found, sets[name][ways[0].name], ways[0])
    first = {name: measured[ways[0].name] for name, measured in sets.items()}
    if options.reliability:
        pooled = {name: reduce(add, [m.network for m in measured]).histogram for name, measured in first.items()}
        drawn = {f"{name} {options.split}": histogram for name, histogram in pooled.items() if histogram}
        reliability.draw(options.reliability, drawn, f"{card.name} {card.sha256[:8]}, inside the field of view")
    if options.write_card:
        write_scores(options.model, ways[0].network, first, options.split, protocol)


if __name__ == "__main__":
    main()
