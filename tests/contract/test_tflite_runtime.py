"""Both runtimes of the network find the same vessels: ai-edge-litert and its predecessor."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conftest import ROOT, SHIPPED, decode
from retina.imaging.arrays import Rgb
from retina.imaging.network import VesselNetwork
from retina.imaging.preprocessing import place, prepare
from support.specimens import encode

PREDECESSOR = ROOT / "build" / "tflite-runtime" / "bin" / "python"

SCRIPT = """
import sys
from pathlib import Path
import numpy as np
import tflite_runtime
from retina.imaging.model_card import CanvasSize
from retina.imaging.network import VesselNetwork
card, values, out = map(Path, sys.argv[1:])
prepared = np.load(values)
network = VesselNetwork(card)
[canvas] = [canvas for canvas in network.card.canvases if (canvas.height, canvas.width) == prepared.shape]
np.save(out, network(canvas, prepared))
"""


def test_tflite_runtime_gives_the_same_results(tmp_path: Path, quick_rgb: Rgb, network: VesselNetwork) -> None:
    """On the smallest canvas; on the largest the two take ten times as long."""
    if not PREDECESSOR.exists():
        pytest.skip(
            "tflite-runtime exists up to Python 3.11 only" if sys.version_info >= (3, 12) else "make test makes it"
        )
    photograph = decode(encode(Image.fromarray(quick_rgb), "PNG"))
    view = photograph.field_of_view
    placed = place(view, network.card.canvases)
    values = prepare(photograph.rgb, view, placed, network.card.preparation)
    np.save(tmp_path / "values.npy", values)
    command = [str(PREDECESSOR), "-c", SCRIPT, str(SHIPPED), str(tmp_path / "values.npy"), str(tmp_path / "theirs.npy")]
    subprocess.run(command, check=True, env={"PYTHONPATH": str(ROOT / "function")})
    threshold = network.card.threshold
    ours, theirs = network(placed.canvas, values) > threshold, np.load(tmp_path / "theirs.npy") > threshold
    assert ours.any()
    assert 2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()) > 0.98
