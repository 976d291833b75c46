"""Response models of the statistics of a batch."""

from pydantic import BaseModel, Field

MOST_OUTLIERS = 20
"""Of a measurement, that are named."""


class Spread(BaseModel):
    """Where values lie. Quartiles are interpolated linearly, and null if there are fewer than five values."""

    count: int = Field(ge=0, description="photographs with a value", examples=[412])
    minimum: float | None = Field(None, examples=[0.051])
    lower_quartile: float | None = Field(None, examples=[0.078])
    median: float | None = Field(None, examples=[0.087])
    upper_quartile: float | None = Field(None, examples=[0.095])
    maximum: float | None = Field(None, examples=[0.131])


class Histogram(BaseModel):
    """How many values lie in each of several intervals of the same width, from `low` to `high`."""

    low: float = Field(examples=[0.051])
    high: float = Field(examples=[0.131])
    counts: list[int] = Field(examples=[[4, 31, 120, 188, 54, 15]])


class Outlier(BaseModel):
    """A photograph whose value lies beyond a fence."""

    number: int = Field(description="in the batch", examples=[17])
    name: str = Field(examples=["visit1/left.jpg"])
    value: float = Field(examples=[0.131])


class MeasurementStatistics(Spread):
    """One measurement over all photographs of a batch that have a result."""

    measurement: str = Field(examples=["vascular_density"])
    missing: int = Field(ge=0, description="photographs with a result, but without this value", examples=[3])
    histogram: Histogram | None = Field(description="null if there are fewer than five values")
    fences: tuple[float, float] | None = Field(
        description="Tukey's: 1.5 interquartile ranges below the lower and above the upper quartile; null if there are "
        "fewer than five values",
        examples=[[0.0525, 0.1205]],
    )
    outlier_count: int = Field(ge=0, description="values beyond the fences", examples=[1])
    outliers: list[Outlier] = Field(description=f"the farthest first, at most {MOST_OUTLIERS}")
    by_grade: dict[str, Spread] = Field(
        description="by the grade of the photographs' quality: good, usable, poor or unusable; unknown in results of "
        "earlier versions"
    )


class BatchStatistics(BaseModel):
    """The photographs of a batch that have a result so far, and how their measurements are distributed."""

    photographs: int = Field(ge=0, description="with a result", examples=[415])
    grades: dict[str, int] = Field(
        description="how many have which grade, the most frequent first", examples=[{"good": 301, "usable": 114}]
    )
    differing: list[str] = Field(
        description="what was not the same for all photographs, of model_sha256, structures_sha256, threshold, canvas "
        "and flips: their values may not be comparable",
        examples=[["canvas"]],
    )
    measurements: list[MeasurementStatistics] = Field(description="in the order of GET /api/v1/measurements")
