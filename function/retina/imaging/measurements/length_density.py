"""Length density: how much vessel there is along its length, whatever its width."""

from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def length_density(observation: Observation) -> float:
    """Length of all segments per area of the field of view, in pixels per square pixel."""
    return float(observation.pieces.lines.lengths.sum()) / observation.area


LENGTH_DENSITY = Measurement(
    name="length_density",
    label="length density",
    symbol="LD",
    unit="px/px²",
    display=Display(factor=1000, decimals=1, unit="px per 1,000 px²"),
    definition=(
        "The length of all vessels per area of the field of view. Computed on the vessel graph: the smoothed centre "
        "lines of all segments together, divided by all pixels of the field of view. It falls as the photograph's "
        "resolution rises: compare photographs of one camera."
    ),
    source=(
        "Vessel length density as in Eye and Vision 7 (2020), doi 10.1186/s40662-020-00211-5; there skeleton pixels "
        "are counted, here smooth lines are measured, which have the same length however the photograph is turned."
    ),
    minimum=0,
    maximum=None,
    example=0.0186,
    scopes=("kind", "region"),
    measure=length_density,
)
