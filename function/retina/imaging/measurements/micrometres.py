"""The same measurements in micrometres, for photographs whose pixel size on the retina is known."""

from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation, UnmeasurableError

NO_PIXEL_SIZE = "The size of a pixel on the retina is not known."

IN_MICROMETRES = "in micrometres"


def in_micrometres(pixels: Measurement) -> Measurement:
    """The measurement of a length in `pixels`, multiplied by the pixel size; its name ends in `_um`."""

    def measure(observation: Observation) -> float | None:
        if observation.pixel_size is None:
            raise UnmeasurableError(NO_PIXEL_SIZE)
        value = pixels.measure(observation)
        return None if value is None else value * observation.pixel_size

    return pixels.model_copy(
        update={
            "name": f"{pixels.name}_um",
            "label": f"{pixels.label} {IN_MICROMETRES}",
            "unit": "µm",
            "group": IN_MICROMETRES,
            "display": Display(decimals=max(0, pixels.display.decimals - 1), unit="µm"),
            "definition": f"The {pixels.label} in pixels, multiplied by the size of a pixel on the retina.",
            "example": pixels.example * 8,
            "scopes": (),
            "measure": measure,
        }
    )
