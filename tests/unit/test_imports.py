"""What the service loads when it starts: what only a decoding process needs is loaded there alone."""

import subprocess
import sys

from conftest import ROOT

LOADED = """
import sys
import retina.app
print(*sorted({"imaging.decoding.process", "pydicom"} & {name.removeprefix("retina.") for name in sys.modules}))
"""


def test_the_service_does_not_load_what_reads_dicom_headers() -> None:
    """It takes a fifth of the time that the service takes to start."""
    environment = {"PYTHONPATH": str(ROOT / "function")}
    loaded = subprocess.run([sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True, check=True)
    assert loaded.stdout == "\n"
