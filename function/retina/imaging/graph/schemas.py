"""Schemas of the vessel graph in answers and files, in the manner of GeoJSON.

Coordinates are (x, y) in pixels of the upright photograph, and not a place on Earth: y grows downwards.
"""

from typing import Literal

from pydantic import BaseModel, Field

MOST_POINTS = 60_000
"""Points of all lines together that are written; a photograph of a retina has about 10,000."""

Kind = Literal["artery", "vein", "unknown"]

Coordinates = tuple[float, float]


class NodePoint(BaseModel):
    """Where a node is."""

    type: Literal["Point"]
    coordinates: Coordinates = Field(description="x and y in pixels of the upright photograph", examples=[[512.0, 498]])


class NodeProperties(BaseModel):
    """What a node is."""

    node: int = Field(ge=0, description="its number", examples=[0])
    degree: int = Field(
        ge=1,
        description="how many segments start or end there: 1 an end point, 3 or more a branch point or a crossing",
        examples=[3],
    )


class NodeFeature(BaseModel):
    """A branch point, a crossing or an end point."""

    type: Literal["Feature"]
    geometry: NodePoint
    properties: NodeProperties


class SegmentLine(BaseModel):
    """The smoothed centre line of a segment."""

    type: Literal["LineString"]
    coordinates: list[Coordinates] = Field(
        min_length=2, description="x and y in pixels", examples=[[[512.0, 498.0], [515.9, 499.2]]]
    )


class SegmentProperties(BaseModel):
    """A segment of a vessel, between two nodes."""

    segment: int = Field(ge=0, description="its number", examples=[0])
    start: int = Field(ge=0, description="number of the node where its line starts", examples=[0])
    end: int = Field(ge=0, description="number of the node where it ends", examples=[1])
    length: float = Field(ge=0, description="along the line, in pixels", examples=[103.4])
    tortuosity: float | None = Field(
        ge=1, description="length per straight distance between its ends; null for a ring", examples=[1.034]
    )
    calibre: float = Field(ge=0, description="mean width of the vessel along the line, in pixels", examples=[7.2])
    calibres: list[float] = Field(description="width at each of the coordinates, in pixels", examples=[[7.1, 7.3]])
    kind: Kind | None = Field(
        None, description="artery, vein or unknown, if artery_vein or disc is among the outputs", examples=["vein"]
    )


class SegmentFeature(BaseModel):
    """A segment of a vessel."""

    type: Literal["Feature"]
    geometry: SegmentLine
    properties: SegmentProperties


class GraphFeatures(BaseModel):
    """The vessel graph: all nodes, then all segments, in the manner of GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[NodeFeature | SegmentFeature]
    segments_left_out: int = Field(
        ge=0, description=f"the shortest ones, if all together have more than {MOST_POINTS:,} points", examples=[0]
    )
