"""Statistics of a batch: how each measurement is distributed over its photographs, and which of them stand out."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from retina.batches.statistics_schemas import (
    MOST_OUTLIERS,
    BatchStatistics,
    Histogram,
    MeasurementStatistics,
    Outlier,
    Spread,
)
from retina.imaging.measurements.registry import DECIMALS, MEASUREMENTS
from retina.imaging.schemas import Findings

Values = NDArray[np.float64]

LEAST = 5
"""Of fewer values there are no quartiles, no outliers and no histogram."""

FENCE = 1.5
"""Tukey's fences are so many interquartile ranges below the lower and above the upper quartile (Tukey, Exploratory Data
Analysis, 1977).
"""

LEAST_BINS, MOST_BINS = 5, 20
MADE_WITH = ("model_sha256", "structures_sha256", "threshold", "canvas", "flips")
NO_GRADE = "unknown"


def statistics_of(finished: Iterable[tuple[int, Findings]], names: Sequence[str]) -> BatchStatistics:
    """The statistics of `finished` photographs, each its number and its findings; `names` are those of all by number.

    Takes one photograph at a time, and keeps of each only its values.
    """
    numbers, grades = array("l"), list[str]()
    columns = {each.name: array("d") for each in MEASUREMENTS}
    made_with = {name: set[str]() for name in MADE_WITH}
    for number, findings in finished:
        numbers.append(number)
        grades.append(findings.quality.grade or NO_GRADE)
        for name, column in columns.items():
            value = getattr(findings.measurements, name)
            column.append(np.nan if value is None else value)
        for name, what in _made_with(findings).items():
            made_with[name].add(what)
    photographs, graded = [(number, names[number]) for number in numbers], np.array(grades, np.str_)
    return BatchStatistics(
        photographs=len(photographs),
        grades=dict(Counter(grades).most_common()),
        differing=[name for name, what in made_with.items() if len(what) > 1],
        measurements=[_measurement(name, np.array(column), graded, photographs) for name, column in columns.items()],
    )


def _made_with(findings: Findings) -> dict[str, str]:
    """What must be the same for values to be comparable; structures only where they were looked for."""
    structures = {"structures_sha256": findings.structures.sha256} if findings.structures else {}
    options = {"threshold": str(findings.threshold), "canvas": findings.canvas, "flips": str(findings.flips)}
    return {"model_sha256": findings.model.sha256} | structures | options


def _measurement(
    name: str, column: Values, grades: NDArray[np.str_], photographs: Sequence[tuple[int, str]]
) -> MeasurementStatistics:
    known = np.flatnonzero(~np.isnan(column))
    values = column[known]
    spread = _spread(values)
    beyond, fences = _outliers(values)
    return MeasurementStatistics(
        **dict(spread),
        measurement=name,
        missing=len(column) - len(known),
        histogram=_histogram(values),
        fences=fences,
        outlier_count=len(beyond),
        outliers=[
            Outlier(number=photographs[known[i]][0], name=photographs[known[i]][1], value=float(values[i]))
            for i in beyond[:MOST_OUTLIERS]
        ],
        by_grade={grade: _spread(values[grades[known] == grade]) for grade in dict.fromkeys(grades[known].tolist())},
    )


def _spread(values: Values) -> Spread:
    if not len(values):
        return Spread(count=0)
    lower, median, upper = (round(float(each), DECIMALS) for each in np.quantile(values, (0.25, 0.5, 0.75)))
    enough = len(values) >= LEAST
    return Spread(
        count=len(values),
        minimum=float(values.min()),
        lower_quartile=lower if enough else None,
        median=median,
        upper_quartile=upper if enough else None,
        maximum=float(values.max()),
    )


def _outliers(values: Values) -> tuple[list[int], tuple[float, float] | None]:
    """The places of the values beyond the fences, the farthest first; and the fences."""
    if len(values) < LEAST:
        return [], None
    lower, upper = np.quantile(values, (0.25, 0.75))
    low, high = lower - FENCE * (upper - lower), upper + FENCE * (upper - lower)
    away = np.maximum(low - values, values - high)
    places = np.flatnonzero(away > 0)
    farthest: list[int] = places[np.argsort(-away[places], kind="stable")].tolist()
    return farthest, (round(float(low), DECIMALS), round(float(high), DECIMALS))


def _histogram(values: Values) -> Histogram | None:
    if len(values) < LEAST:
        return None
    low, high = float(values.min()), float(values.max())
    if low == high:
        return Histogram(low=low, high=high, counts=[len(values)])
    bins = int(np.clip(np.ceil(np.sqrt(len(values))), LEAST_BINS, MOST_BINS))
    counts, _ = np.histogram(values, bins, (low, high))
    return Histogram(low=low, high=high, counts=counts.tolist())
