"""Fit and try the gate: a logistic regression that tells retinas from other pictures by `vessel_pattern`.

Takes the maps that `models.evaluation.maps` keeps in a folder. Prints how many retinas would be refused and how many
foreign pictures let in when each kind of picture (each set, each kind of drawing) is left out of the fit in turn, and
on request writes `gate_fit.py`.

`python -m models.evaluation.gate --maps DIR [--write]`
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.evaluation.gate_regression import Fit, Floats, Picture, fit, left_out
from models.evaluation.kept_maps import Kept, kept
from models.evaluation.maps import SMALL
from retina.imaging import gate_fit
from retina.imaging.reduction import reduce
from retina.imaging.retina_gate import impossible
from retina.imaging.vessel_pattern import NAMES, vessel_pattern

UNSURE = 1.5
"""Width of the range of logits in which the gate lets a picture in and says that it is unsure."""

RUINED = {"size 0.12", "JPEG 5", "exposure 3", "blur 8", "glare 1"}
"""Copies on which hardly anything is left to be seen; they count neither as retinas nor as anything else."""

RUINED_IF_SMALL = RUINED | {"noise 20", "noise 35", "size 0.5", "size 0.25"}
"""The same for photographs that are small already."""

HOW = {"surround": "on a drawn surround", "enhanced": "enhanced", "part": "a part alone"}
"""How a copy was changed, by the first word of `Kept.what`."""


def ruined(one: Kept) -> bool:
    """Whether hardly anything is left to be seen on this copy, or it is out of focus, which is for the grade alone."""
    return one.what.startswith("defocus") or one.what in (
        RUINED_IF_SMALL if max(one.rgb.shape[:2]) <= SMALL else RUINED
    )


def picture(one: Kept) -> Picture:
    """The pattern of one kept map."""
    pattern = vessel_pattern(reduce(one.rgb, one.probability, one.view))
    kind = one.set.split("_" if one.retina else ",")[0]
    numbers = np.array([pattern[name] for name in NAMES])
    refused = impossible(one.rgb, one.view) is not None
    return Picture(kind, one.retina, one.what, f"{one.key} ({one.what})", numbers, refused)


def module(fitted: Fit, no_below: float, yes_from: float) -> str:
    """The text of `gate_fit.py` with this fit in place of its own."""
    path = Path(gate_fit.__file__)
    head = path.read_text().split("INTERCEPT, YES_FROM")[0]
    lines = [f'    "{name}": Term({t.centre}, {t.spread}, {t.slope}, {t.bend}),' for name, t in fitted.terms().items()]
    limits = f"INTERCEPT, YES_FROM, NO_BELOW = {fitted.intercept:.4f}, {yes_from:.2f}, {no_below:.2f}"
    return "\n".join([f"{head}{limits}", "", "TERMS: dict[str, Term] = {", *lines, "}", ""])


def table(pictures: Sequence[Picture], logits: Floats, no_below: float, yes_from: float) -> list[str]:
    """A row for each set, its photographs and copies by how they were changed, and each kind of drawing."""
    names = []
    for p in pictures:
        how = HOW.get(p.what.split(":")[0], "as photographed or changed")
        names.append((f"retinas, {how}", p.kind) if p.retina else ("foreign", p.kind))
    rows = sorted(set(names)) + [(group, "all") for group in sorted({group for group, _ in names})]
    lines = ["| pictures | number | no | unsure | yes |", "|---|---|---|---|---|"]
    for group, kind in sorted(rows):
        own = logits[[name[0] == group and kind in (name[1], "all") for name in names]]
        no, sure = own < no_below, own >= yes_from
        shares = " | ".join(f"{100 * share.mean():.1f} %" for share in (no, ~no & ~sure, sure))
        lines.append(f"| {group}: {kind} | {own.size} | {shares} |")
    return lines


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maps", type=Path, required=True, help="the folder of models.evaluation.maps")
    parser.add_argument("--write", action="store_true", help="put the fit into function/retina/imaging/gate_fit.py")
    options = parser.parse_args()

    pictures = [picture(one) for one in kept(options.maps) if not ruined(one)]
    retina = np.array([p.retina for p in pictures])
    found = left_out(pictures)
    usual = retina & ~np.array([p.unusual for p in pictures])
    no_below = float(np.percentile(found[usual], 1) + np.percentile(found[~retina], 99)) / 2
    yes_from = no_below + UNSURE
    print(*table(pictures, found, no_below, yes_from), sep="\n")
    order = np.argsort(found)
    labels = [f"{p.label} {logit:.1f}" for p, logit in zip(pictures, found, strict=True)]
    print("retinas nearest to a no:", [labels[i] for i in order if retina[i]][:12])
    print("foreign nearest to a yes:", [labels[i] for i in order[::-1] if not retina[i]][:12])
    if options.write:
        Path(gate_fit.__file__).write_text(module(fit(pictures), no_below, yes_from))


if __name__ == "__main__":
    main()
