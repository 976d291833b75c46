"""A plugin for pytest that registers a measurement before anything else of the service is imported.

The API's schema is made at import: tests with one more measurement need a process of their own.
"""

from retina.imaging.measurements import registry
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def rows_with_vessels(observation: Observation) -> float | None:
    """Counted in the vessel mask; None for a photograph whose height is odd, so that both are seen."""
    vessels = observation.vessels
    return None if vessels.shape[0] % 2 else float(vessels.any(axis=1).sum())


MADE_UP = Measurement(
    name="rows_with_vessels",
    label="rows with vessels",
    symbol="R",
    unit="px",
    display=Display(decimals=0, unit="px"),
    definition="Rows of the vessel mask in which there is a vessel.",
    source="made up",
    minimum=0,
    maximum=None,
    example=120,
    measure=rows_with_vessels,
)
registry.MEASUREMENTS = (*registry.MEASUREMENTS, MADE_UP)
