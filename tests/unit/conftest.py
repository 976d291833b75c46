"""Settings of Hypothesis (how fast the machine is decides no test), and the levels that TIFF files are written with."""

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from retina.imaging.arrays import Rgb

settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


@pytest.fixture(scope="session")
def levels(small_rgb: Rgb) -> Rgb:
    """A small photograph with black, white and what is between: no multiple of a tile."""
    rgb = np.ascontiguousarray(small_rgb[100:166, 120:191])
    rgb[:2], rgb[2:4] = 0, 255
    return rgb
