"""Both runtimes of the network find the same vessels: ai-edge-litert and its predecessor."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT, SAMPLE

PREDECESSOR = ROOT / "build" / "tflite-runtime" / "bin" / "python"


def test_tflite_runtime_gives_the_same_results(tmp_path: Path) -> None:
    if not PREDECESSOR.exists():
        pytest.skip(
            "tflite-runtime exists up to Python 3.11 only" if sys.version_info >= (3, 12) else "make test makes it"
        )
    script = (
        "import sys, numpy as np, tflite_runtime\n"
        "from retina.settings import Settings\n"
        "from retina.imaging.network import VesselNetwork\n"
        "from retina.imaging.photograph import *\n"
        "from retina.imaging.segmentation import segment\n"
        "data = open(sys.argv[1], 'rb').read()\n"
        "photograph = decode_photograph(open_photograph(data, max_pixels=10**8, min_side=64), data)\n"
        "np.save(sys.argv[2], segment(photograph, VesselNetwork(Settings().model)).vessels)\n"
    )
    ours, theirs = tmp_path / "ours.npy", tmp_path / "theirs.npy"
    script_here = script.replace(", tflite_runtime", "")
    environment = {"PYTHONPATH": str(ROOT / "function")}
    subprocess.run([sys.executable, "-c", script_here, str(SAMPLE), str(ours)], check=True, env=environment)
    subprocess.run([str(PREDECESSOR), "-c", script, str(SAMPLE), str(theirs)], check=True, env=environment)
    a, b = np.load(ours), np.load(theirs)
    assert 2 * (a & b).sum() / (a.sum() + b.sum()) > 0.98
