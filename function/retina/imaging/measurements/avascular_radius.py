"""Avascular radius: how far from the fovea the nearest vessel is."""

import numpy as np

from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import TOO_FEW, Observation, UnmeasurableError
from retina.imaging.measurements.optic_disc import whole_disc

GROUP = "fovea"

TOO_CLOSE = "The edge of the field of view is nearer to the fovea than any vessel."

DIRECTIONS = 72
"""In which it is looked whether the field of view reaches as far as the nearest vessel."""


def avascular_radius(observation: Observation) -> float:
    """From the fovea to the edge of the nearest vessel, in pixels."""
    fovea, graph, (height, width) = observation.fovea, observation.graph, observation.vessels.shape
    if not len(graph.lines):
        raise UnmeasurableError(TOO_FEW)
    away = np.hypot(*(graph.frame.upright(graph.lines.points) - (fovea.x, fovea.y)).T)
    radius = max(0.0, float((away - graph.calibres / 2).min()))
    around = np.linspace(0, 2 * np.pi, DIRECTIONS, endpoint=False)
    x, y = fovea.x + radius * np.cos(around), fovea.y + radius * np.sin(around)
    if not observation.view.holds(x, y, (height, width)).all():
        raise UnmeasurableError(TOO_CLOSE)
    return radius


def avascular_radius_dd(observation: Observation) -> float:
    """The same in diameters of the optic disc."""
    return avascular_radius(observation) / whole_disc(observation).diameter


_DEFINITION = (
    "The distance from the fovea to the edge of the nearest vessel. Computed on the vessel graph: specks do not count. "
    "Capillaries are not seen in a photograph, so it is larger than the radius of the foveal avascular zone. "
    "Measured only if the optic disc or arteries and veins were asked for."
)
_SOURCE = "The largest circle round the fovea that no vessel enters."

AVASCULAR_RADIUS = Measurement(
    name="avascular_radius",
    label="avascular radius",
    symbol="AR",
    unit="px",
    group=GROUP,
    display=Display(decimals=0, unit="px"),
    definition=_DEFINITION,
    source=_SOURCE,
    minimum=0,
    maximum=None,
    example=74,
    uses_structures=True,
    measure=avascular_radius,
)

AVASCULAR_RADIUS_DD = Measurement(
    name="avascular_radius_dd",
    label="avascular radius in disc diameters",
    symbol="AR/DD",
    unit="",
    group=GROUP,
    display=Display(decimals=2, unit="disc diameters"),
    definition=f"The avascular radius, divided by the diameter of the optic disc. {_DEFINITION}",
    source=_SOURCE,
    minimum=0,
    maximum=None,
    example=0.41,
    uses_structures=True,
    measure=avascular_radius_dd,
)
