"""Choose the threshold by the width of the field of view, and compare it with other ways of choosing it.

Takes the copies that `models.evaluation.reduced_copies` keeps. For each set and width prints the Dice at one half and
the best threshold; then, each set left out of the choice in turn, the Dice on it at one half, at one threshold for all
widths, at one a width, and at the one that each calibrated map asks for, with the calibration error before and after.
On request writes the card's `thresholds`. Copies of test photographs are only measured, at the thresholds of the card:
`--split test`.

`python -m models.evaluation.operating_point --maps DIR [--covered .5] [--pen 2] [--split test]`
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from models.evaluation import calibration
from models.evaluation.levels import LEVELS, THRESHOLDS, Levels, levels, mean_dice
from models.evaluation.reduced_copies import kept
from models.training.drawn_labels import COVERED, PEN
from retina.imaging.model_card import ModelCard

Choice = Callable[[Levels], float]
"""The threshold for one copy."""


def best(some: Iterable[Levels]) -> float:
    """The threshold with the highest mean Dice, every set with the same weight."""
    return float(THRESHOLDS[int(mean_dice(some).argmax())])


def dice_at(some: Sequence[Levels], choice: Choice) -> float:
    """Mean Dice over copies, each at the threshold that `choice` gives it."""
    return float(np.mean([one.dice()[int(np.ceil(choice(one) * LEVELS))] for one in some]))


def fixed(threshold: float) -> Choice:
    """One threshold for all copies."""
    return lambda _: threshold


def by_width(some: Sequence[Levels]) -> Choice:
    """One threshold for each width."""
    found = {meant: best(one for one in some if one.meant == meant) for meant in {one.meant for one in some}}
    return lambda one: found[one.meant]


def by_map(some: Sequence[Levels]) -> Choice:
    """The threshold that each copy's own map asks for, calibrated for its width."""
    found = {m: calibration.fit([one for one in some if one.meant == m]) for m in {one.meant for one in some}}
    return lambda one: found[one.meant].threshold(one.pixels)


def by_set(some: Sequence[Levels]) -> list[str]:
    """Rows: the figures of each set at each width, on its own."""
    rows = []
    for name, meant in sorted({(one.set, one.meant) for one in some}, key=lambda key: (key[0], key[1] or 10**6)):
        own = [one for one in some if (one.set, one.meant) == (name, meant)]
        dice = mean_dice(own)
        half, top = float(dice[LEVELS // 2]), int(dice.argmax())
        found, empty = np.mean([one.rates(0.5) for one in own], axis=0)
        width = float(np.mean([one.width for one in own]))
        area = float(np.mean([one.vessel.sum() / one.pixels.sum() for one in own]))
        rows.append(
            f"| {name} | {width:.0f} | {len(own)} | {area:.3f} | {found:.3f} | {empty:.3f} | {half:.3f} "
            f"| {dice[top]:.3f} at {THRESHOLDS[top]:.2f} |"
        )
    return rows


def left_out(some: Sequence[Levels]) -> list[str]:
    """Rows: each way of choosing, chosen on the other sets, at each width of each set."""
    rows = []
    for name, meant in sorted({(one.set, one.meant) for one in some}):
        own = [one for one in some if (one.set, one.meant) == (name, meant)]
        rest = [one for one in some if one.set != name]
        beside = [one for one in rest if one.meant == meant]
        if len({one.set for one in beside}) < 2:
            continue
        ways = [fixed(0.5), fixed(best(rest)), by_width(beside), by_map(beside)]
        dices = [f"{dice_at(own, way):.3f}" for way in ways]
        fitted = calibration.fit(beside)
        errors = [calibration.calibration_error(own, c) for c in (calibration.Calibration(), fitted)]
        rows.append(
            f"| {name} | {meant or 'own'} | {' | '.join(dices)} | {by_width(beside)(own[0]):.2f} "
            f"| {fitted.temperature:.2f}, {fitted.bias:.2f} | {errors[0]:.3f}, {errors[1]:.3f} |"
        )
    return rows


def at_card(some: Sequence[Levels], card: ModelCard) -> list[str]:
    """Rows: the Dice at one half and at the card's thresholds of each set at each width."""
    rows = []
    for name, meant in sorted({(one.set, one.meant) for one in some}):
        own = [one for one in some if (one.set, one.meant) == (name, meant)]
        served = dice_at(own, lambda one: card.threshold_at(one.width))
        found, empty = np.mean([one.rates(card.threshold_at(one.width)) for one in own], axis=0)
        used = ", ".join(sorted({f"{card.threshold_at(one.width):g}" for one in own}))
        promised = np.nanmean([one.promised for one in own])
        rows.append(
            f"| {name} | {meant or 'own'} | {len(own)} | {dice_at(own, fixed(0.5)):.3f} | {served:.3f} "
            f"| {found:.3f} | {empty:.3f} | {used} | {promised:.3f} |"
        )
    return rows


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maps", type=Path, required=True, help="the folder of models.evaluation.reduced_copies")
    parser.add_argument("--covered", type=float, default=COVERED, help="the share from which a pixel is drawn")
    parser.add_argument("--pen", type=float, default=PEN, help="the width of the thinnest line in pixels")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card")
    parser.add_argument("--split", choices=("train", "test"), default="train", help="which the folder holds")
    options = parser.parse_args()
    some = [levels(copy, options.covered, options.pen) for copy in kept(options.maps)]
    if options.split == "test":
        print(
            "| set | width | copies | Dice at .5 | at the card's | sensitivity | specificity | threshold | promised |"
        )
        print("|---" * 9 + "|", *at_card(some, ModelCard.model_validate_json(options.model.read_bytes())), sep="\n")
        return
    print("| set | width | copies | area | sensitivity at .5 | specificity at .5 | Dice at .5 | best |")
    print("|---" * 8 + "|", *by_set(some), sep="\n")
    print("\n| left out | width | .5 | one | by width | by map | threshold | temperature, bias | calibration error |")
    print("|---" * 9 + "|", *left_out(some), sep="\n")


if __name__ == "__main__":
    main()
