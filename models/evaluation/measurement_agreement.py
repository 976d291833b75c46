"""How well measurements from the network's vessel maps agree with those from the masks that people drew.

Takes a folder of sets with `images/` and `vessels/`. Each photograph is segmented by the shipped network, and measured
twice: from its probability map, and from the reference mask in the same field of view. Prints by set and measurement
the means, the intraclass correlation (two-way, single measures, for absolute agreement and for consistency: ICC(A,1)
and ICC(C,1) of McGraw and Wong 1996, doi 10.1037/1082-989X.1.1.30), and bias and limits of agreement (Bland and Altman
1986, doi 10.1016/S0140-6736(86)90837-8). Nothing is trained or tuned. The values are kept in a file, by which an
interrupted run continues.

`python -m models.evaluation.measurement_agreement --data DIR --values FILE [--most 10] [--sets CHASE_DB1 HRF FIVES20]`
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.evaluation.measuring import read_photograph
from models.training.labelled import read_mask
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import Measurements, measure
from retina.imaging.network import VesselNetwork
from retina.imaging.segmentation import segment

MEASURED = (
    *("vascular_density", "length_density", "mean_calibre", "calibre_deviation", "tortuosity", "tortuosity_density"),
    *("squared_curvature", "fractal_dimension", "branch_points", "end_points"),
)


def chosen(folder: Path, most: int) -> list[Path]:
    """At most this many of the set's photographs that have a mask, evenly spread over their names."""
    files = [
        path for path in sorted((folder / "images").iterdir()) if (folder / "vessels" / f"{path.stem}.png").exists()
    ]
    return [files[i] for i in np.linspace(0, len(files) - 1, min(most, len(files))).round().astype(int)]


def both(path: Path, network: VesselNetwork) -> tuple[Measurements, Measurements]:
    """The measurements of one photograph, from the network's map and from the reference mask."""
    photograph = read_photograph(path)
    view, reference = photograph.field_of_view, read_mask(path.parents[1] / "vessels" / f"{path.stem}.png")
    found = segment(photograph, network)
    inside = view.mask((reference.shape[0], reference.shape[1]))
    return (
        measure(Observation(found.vessels, view, found.probability)).values,
        measure(Observation(reference & inside, view)).values,
    )


def correlations(model: NDArray[np.float64], reference: NDArray[np.float64]) -> tuple[float, float]:
    """ICC(A,1) and ICC(C,1) of float64[N] and float64[N]."""
    values = np.stack([model, reference], axis=1)
    n, k = values.shape
    rows, columns, mean = values.mean(axis=1), values.mean(axis=0), values.mean()
    between = k * ((rows - mean) ** 2).sum() / (n - 1)
    raters = n * ((columns - mean) ** 2).sum() / (k - 1)
    error = ((values - rows[:, None] - columns[None] + mean) ** 2).sum() / ((n - 1) * (k - 1))
    absolute = (between - error) / (between + (k - 1) * error + k * (raters - error) / n)
    return float(absolute), float((between - error) / (between + (k - 1) * error))


def lines_of(name: str, pairs: list[tuple[Measurements, Measurements]]) -> list[str]:
    """The rows of one set's table."""
    rows = []
    for measurement in MEASURED:
        known = [(a[measurement], b[measurement]) for a, b in pairs]
        model, reference = np.array([each for each in known if None not in each], np.float64).T
        absolute, consistent = correlations(model, reference)
        off = model - reference
        spread = 1.96 * off.std(ddof=1)
        rows.append(
            f"| {name} | {measurement} | {len(model)} | {model.mean():.4g} | {reference.mean():.4g} | {absolute:.2f} | "
            f"{consistent:.2f} | {off.mean():+.3g} | {off.mean() - spread:+.3g} to {off.mean() + spread:+.3g} |"
        )
    return rows


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--values", type=Path, required=True, help="a JSON file, made if it does not exist")
    parser.add_argument("--most", type=int, default=10, help="photographs of each set")
    parser.add_argument("--sets", nargs="+", default=["CHASE_DB1", "HRF", "FIVES20"])
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    network = VesselNetwork(Path("models/unet.json"))
    values = json.loads(arguments.values.read_text()) if arguments.values.exists() else {}
    print(
        "| set | measurement | photographs | network | reference | ICC(A,1) | ICC(C,1) | bias | limits of agreement |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in arguments.sets:
        files = chosen(arguments.data / name, arguments.most)
        for path in tqdm(files, desc=name, leave=False):
            key = f"{name}/{path.stem}"
            if key not in values:
                values[key] = both(path, network)
                arguments.values.write_text(json.dumps(values))
        print(*lines_of(name, [values[f"{name}/{path.stem}"] for path in files]), sep="\n", flush=True)


if __name__ == "__main__":
    main()
