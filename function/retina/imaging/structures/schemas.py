"""Schemas of optic disc and fovea in answers."""

from pydantic import BaseModel, Field


class Point(BaseModel):
    """A place in pixels of the upright photograph; fractions count, and (0, 0) is the centre of its first pixel."""

    x: float = Field(examples=[512.4])
    y: float = Field(examples=[498.1])


class OpticDisc(BaseModel):
    """The optic disc as an ellipse, in pixels of the upright photograph, fitted to the outline of what is seen of it.

    Where an edge of the photograph or of the field of view cuts the disc, it is about that of the seen part.
    """

    centre: Point
    long_axis: float = Field(gt=0, description="pixels, from edge to edge", examples=[201.5])
    short_axis: float = Field(gt=0, description="pixels, from edge to edge", examples=[186.0])
    angle: float = Field(
        ge=0,
        lt=180,
        description="of the long axis, in degrees clockwise from the horizontal as seen on the screen; 90 is upright",
        examples=[92.0],
    )
    diameter: float = Field(gt=0, description="pixels, of a circle of the same area", examples=[193.6])
    confidence: float = Field(ge=0, le=1, description="mean probability inside", examples=[0.95])


class FoveaPlace(BaseModel):
    """Where the fovea is."""

    centre: Point
    confidence: float = Field(ge=0, le=1, description="the network's at this place", examples=[0.7])


class StructuresFound(BaseModel):
    """What a second network sees beside the vessels, in pixels of the upright photograph."""

    sha256: str = Field(
        description="SHA-256 of the file of the network that found them",
        examples=["5c0e" * 16],
    )
    artery_vein_reason: str | None = Field(
        None, description="why no vessel is called an artery or a vein", examples=[None]
    )
    disc: OpticDisc | None = Field(description="null with the reason in disc_reason")
    disc_reason: str | None = Field(None, description="why there is no disc", examples=[None])
    fovea: FoveaPlace | None = Field(description="null with the reason in fovea_reason")
    fovea_reason: str | None = Field(None, description="why there is no fovea", examples=[None])
