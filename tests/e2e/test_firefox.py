"""The main flows in Firefox. Playwright drives only builds of its own, so Puppeteer does it: tests/js/firefox.

Skips if there is no Firefox, except in continuous integration.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from conftest import ROOT

FLOWS = ROOT / "tests" / "js" / "firefox" / "flows.js"
PATIENCE = 300
"""Seconds. It takes one minute."""


def test_the_main_flows_in_firefox(server: str, tmp_path: Path) -> None:
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if not firefox:
        message = "There is no Firefox: install it (apt-get install firefox-esr) to test the page with it, too."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    node = Path(sys.executable).with_name("node")
    photograph = tmp_path / "scan.tif"
    Image.open(ROOT / "site" / "samples" / "retina-small.webp").convert("RGB").save(photograph)
    environment = os.environ | {
        "RETINA_ADDRESS": server,
        "RETINA_FIREFOX": firefox,
        "RETINA_TIFF": str(photograph),
    }
    command = [str(node), "--test", "--test-reporter=spec", str(FLOWS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
