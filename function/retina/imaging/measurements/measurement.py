"""What describes a measurement (name, unit, definition, display, range), and the function that computes it."""

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from retina.imaging.measurements.observation import Observation
from retina.imaging.repeatability import RegionalRepeatability, Repeatability

Scope = Literal["kind", "region"]


class Display(BaseModel):
    """How to show a value to people: multiply by `factor`, round to `decimals`, append `unit`, then `context`."""

    model_config = ConfigDict(frozen=True)

    factor: float = Field(1, description="100 for a share in percent", examples=[100])
    decimals: int = Field(ge=0, description="digits after the point", examples=[1])
    unit: str = Field(description="empty where there is none", examples=["%"])
    context: str = Field("", description="follows the unit where there is room", examples=["of the field of view"])


class MeasurementDescription(BaseModel):
    """What a measurement is, and how to read and show its values."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        description="the key in answers and the column in tables",
        examples=["vascular_density"],
    )
    label: str = Field(
        description="the name for people, written as in the middle of a sentence", examples=["vascular density"]
    )
    symbol: str = Field(description="as in a formula", examples=["VD"])
    unit: str = Field(description="of a value; empty for a share", examples=["", "px", "µm"])
    group: str = Field("vessels", description="those of one group are shown together", examples=["vessels"])
    display: Display
    definition: str = Field(
        description="what it is computed from, and how", examples=["Vessel pixels per field-of-view pixel."]
    )
    source: str = Field(description="where the formula comes from", examples=["doi 10.1186/s40662-020-00211-5"])
    minimum: float = Field(description="the lowest possible value", examples=[0])
    maximum: float | None = Field(description="the highest possible value; null if there is none", examples=[1])
    scopes: tuple[Scope, ...] = Field(
        (),
        description=(
            "for what it is also in regional_measurements; kind: arteries and veins apart, in the whole field; "
            "region: all vessels, arteries and veins in zones and quadrants"
        ),
        examples=[["kind", "region"]],
    )
    example: float = Field(description="a typical value", examples=[0.0871])
    uses_structures: bool = Field(
        False,
        description="whether it depends on what found arteries and veins, disc and fovea: then compare only values of "
        "one structures_sha256",
    )
    repeatability: Repeatability | None = Field(
        None, description="with the network that is served; null where it was not measured"
    )
    regional_repeatability: list[RegionalRepeatability] | None = Field(
        None, description="likewise of arteries and veins apart, of zones and of quadrants, as measured"
    )

    @property
    def meaning(self) -> str:
        """Label, unit and definition in one line."""
        return f"{self.label}, {f'in {self.unit}' if self.unit else 'without a unit'}: {self.definition}"


class Measurement(MeasurementDescription):
    """A described measurement, and the function that computes it.

    `measure` raises `UnmeasurableError`, which says why, or returns None if the value cannot be measured.
    """

    measure: Callable[[Observation], float | None]
