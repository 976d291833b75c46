"""How well the page registers two photographs of a retina: on simulated second visits, and on pairs that do not belong
together. `python -m models.evaluation.registration --data DATA`; needs Node as `node`.

A second visit is the photograph turned, scaled and shifted within the same field of view, darker and with noise, and
segmented again, so that its vessels are found anew. The true transform is known.
"""

import argparse
import base64
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.evaluation.measuring import read_photograph
from models.evaluation.perturbations import noise
from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import segment
from retina.settings import Settings

Plane = dict[str, Any]
"""A mask as site/js/registration takes it."""

FIELD_WIDTH = 400
"""Of the planes, in pixels, as in site/js/registration/register.js."""
VISITS = ((4, 0.97, 0.05, -0.03), (-9, 1.05, -0.15, 0.08), (15, 0.9, 0.02, 0.1), (6, 1.1, 0.35, 0.1))
"""Degrees, scale, and shift in widths of the field of view."""


def plane(rgb: Rgb, network: VesselNetwork) -> Plane:
    """The vessels of RGB uint8[H,W,3] as the page registers them; `scale` is its pixels per pixel."""
    field = find_field_of_view(rgb)
    vessels = segment(Photograph(rgb, field, ""), network).vessels
    scale = FIELD_WIDTH / field.width
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    small = cv2.resize(vessels.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.3
    left, top, width, height = (round(side * scale) for side in (field.left, field.top, field.width, field.height))
    disc = {"x": left + width / 2, "y": top + height / 2, "radius": max(width, height) / 2}
    edges = {"left": left, "top": top, "right": left + width, "bottom": top + height}
    data = base64.b64encode(small.astype(np.uint8).tobytes()).decode()
    return {"vessels": data, "width": size[0], "height": size[1], "field": disc | edges, "scale": scale}


def again(rgb: Rgb, degrees: float, scale: float, x: float, y: float) -> tuple[Rgb, NDArray[np.float64]]:
    """A second visit, and the true transform float64[2,3] from the first photograph's pixels to its."""
    box = find_field_of_view(rgb)
    middle = (box.left + box.width / 2, box.top + box.height / 2)
    true = np.asarray(cv2.getRotationMatrix2D(middle, -degrees, scale), np.float64)
    true[:, 2] += np.array([x, y]) * box.width
    height, width = rgb.shape[:2]
    moved = cv2.warpAffine(rgb, true, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT)
    rows, columns = np.mgrid[:height, :width]
    outside = np.hypot(columns - middle[0], rows - middle[1]) > box.width / 2
    seen = noise(np.clip(moved * 0.92, 0, 255).astype(np.uint8), 2)
    seen[outside] = 0
    return seen, true


def registered(pairs: Sequence[tuple[Plane, Plane]]) -> list[dict[str, Any]]:
    """What the page's registration says of each pair, in the planes' pixels."""
    lines = "".join(json.dumps({"first": first, "second": second}) + "\n" for first, second in pairs)
    command = [shutil.which("node") or "node", str(Path(__file__).with_suffix(".mjs"))]
    answer = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)  # noqa: S603
    return [json.loads(line) for line in answer.stdout.splitlines()]


def error(transform: dict[str, float], first: Plane, second: Plane, true: NDArray[np.float64]) -> float:
    """How far apart the found and the true transform lead the same points at most, in pixels of the photograph."""
    field, (k, m) = first["field"], (first["scale"], second["scale"])
    found = np.array([[transform[name] for name in row] for row in ("ace", "bdf")])
    steps = np.array([(0, 0), (0.5, 0), (0, 0.5), (-0.5, 0), (0, -0.5)]) * field["radius"]
    places = np.c_[steps + np.array([field["x"], field["y"]]), np.ones(len(steps))]
    own = places / (k, k, 1)
    return float(np.hypot(*(places @ found.T / m - own @ true.T).T).max())


def main() -> None:
    """Print a table of the second visits, and a line on all pairs of different eyes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--photographs", type=int, default=8)
    arguments = parser.parse_args()
    network = VesselNetwork(Settings().model)
    files = sorted((arguments.data / "CHASE_DB1" / "images").iterdir())[::2][: arguments.photographs]
    photographs = [read_photograph(file).rgb for file in files]
    planes = [plane(rgb, network) for rgb in photographs]
    visits = [VISITS[i % len(VISITS)] for i in range(len(files))]
    seconds = [again(rgb, *visit) for rgb, visit in zip(photographs, visits, strict=True)]
    pairs = [(first, plane(seen, network)) for first, (seen, _) in zip(planes, seconds, strict=True)]
    print("| second visit | registered | agreement | overlap | residual px | error px |\n|---|---|---|---|---|---|")
    for visit, one, pair, (_, true) in zip(visits, registered(pairs), pairs, seconds, strict=True):
        residual, off = one["residual"] / pair[0]["scale"], error(one["transform"], *pair, true)
        figures = f"{one['agreement']:.2f} | {one['overlap']:.2f} | {residual:.1f} | {off:.1f}"
        print(f"| {visit} | {one['found']} | {figures} |")
    others = registered([(first, second) for i, first in enumerate(planes) for second in planes[:i]])
    agreements = [one["agreement"] for one in others]
    print(f"{sum(one['found'] for one in others)} of {len(others)} pairs of different eyes were registered;")
    print(f"their agreement is {np.median(agreements):.2f} in the median and {max(agreements):.2f} at most")


if __name__ == "__main__":
    main()
