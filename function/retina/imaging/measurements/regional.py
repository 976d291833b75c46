"""Regional measurements: arteries and veins apart, in the whole field, in zones round the disc and in quadrants."""

from dataclasses import dataclass

from retina.imaging.graph.schemas import Kind
from retina.imaging.measurements.measurement import Measurement
from retina.imaging.measurements.observation import Observation, UnmeasurableError
from retina.imaging.measurements.parts import Parts
from retina.imaging.measurements.places import REGIONS, Region, Vessels
from retina.imaging.measurements.registry import MEASUREMENTS, Measured, value_of

KINDS: dict[Vessels, Kind | None] = {"all": None, "artery": "artery", "vein": "vein"}


@dataclass(frozen=True)
class RegionalValue:
    """The value of the measurement `name` for the `vessels` in a `region`; if it is None, the `reason`."""

    name: str
    vessels: Vessels
    region: Region
    value: float | None
    reason: str | None


def measure_regions(observation: Observation, measured: Measured) -> list[RegionalValue]:
    """Every measurement that is made for kinds or regions, by measurement, region and vessels.

    `measured` is the whole observation, whose values are those of all vessels in the whole field.
    """
    parts = _parts(observation)
    found = []
    for measurement in MEASUREMENTS:
        for region in REGIONS:
            if ("kind" if region == "field" else "region") not in measurement.scopes:
                continue
            for vessels in KINDS:
                if (vessels, region) == ("all", "field"):
                    value, reason = measured.values[measurement.name], measured.reasons.get(measurement.name)
                else:
                    value, reason = _measured(measurement, parts[vessels, region])
                found.append(RegionalValue(measurement.name, vessels, region, value, reason))
    return found


def _measured(measurement: Measurement, part: Observation | str) -> tuple[float | None, str | None]:
    return (None, part) if isinstance(part, str) else value_of(measurement, part)


def _parts(observation: Observation) -> dict[tuple[Vessels, Region], Observation | str]:
    """Each part, or why there is none."""
    try:
        parts = Parts(observation)
    except UnmeasurableError as error:
        return {(vessels, region): str(error) for vessels in KINDS for region in REGIONS}
    found = dict[tuple[Vessels, Region], Observation | str]()
    for vessels, kind in KINDS.items():
        for region in REGIONS:
            try:
                found[vessels, region] = parts.part(kind, region)
            except UnmeasurableError as error:
                found[vessels, region] = str(error)
    return found
