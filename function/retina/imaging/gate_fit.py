"""The gate's coefficients, written by `python -m models.evaluation.gate`. What they reach: models/EXPERIMENTS.md."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One number's part in the logit. `centre` and `spread` are those of retinas; `bend` punishes both extremes."""

    centre: float
    spread: float
    slope: float
    bend: float

    def away(self, value: float) -> float:
        """The distance of `value` from the centre, in spreads."""
        return (value - self.centre) / self.spread

    def part(self, value: float) -> float:
        """The part of `value`: slope times its distance from the centre, and bend times the square."""
        away = max(-6.0, min(6.0, self.away(value)))
        return self.slope * away + self.bend * min(abs(away), 4.0) ** 2 / 4


INTERCEPT, YES_FROM, NO_BELOW = 5.5430, 2.10, 0.60

TERMS: dict[str, Term] = {
    "largest": Term(0.9149, 0.179, -0.0384, -0.195),
    "main": Term(0.9573, 0.0539, 0.1569, -0.2692),
    "extent": Term(0.9281, 0.1043, 0.309, -0.344),
    "length": Term(1.319, 0.8926, 0.222, -0.1166),
    "calibre": Term(1.2925, 0.3208, -0.5764, -0.4316),
    "taper": Term(1.852, 0.7344, -0.2584, -0.0044),
    "uncertainty": Term(0.0893, 0.1359, 0.1585, -0.0447),
    "density": Term(-2.4937, 0.5807, -0.0733, -0.0921),
    "directions": Term(0.987, 0.0286, 0.349, -0.0953),
    "straight": Term(0.9064, 0.0636, 0.5942, -0.0876),
    "contrast": Term(0.1107, 0.0728, -0.6217, -0.5909),
    "red_share": Term(0.04, 0.4483, -0.2067, -0.7284),
    "polarity": Term(0.1102, 0.2027, -0.1133, -0.219),
    "dark_lines": Term(0.7792, 0.2338, 0.2332, -0.2289),
    "edges": Term(0.6167, 0.2636, -0.0058, -0.0269),
    "edge_lift": Term(0.6863, 0.3691, -0.2222, -0.2084),
    "coarse": Term(-3.8059, 0.7802, -0.2547, -0.0864),
    "patches": Term(-2.4, 0.9646, -0.1849, -0.0781),
    "warm_spread": Term(0.1121, 0.1412, 0.2048, -0.0972),
}
