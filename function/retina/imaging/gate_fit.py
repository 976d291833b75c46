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


INTERCEPT, YES_FROM, NO_BELOW = 6.4382, 1.77, 0.27

TERMS: dict[str, Term] = {
    "largest": Term(0.9257, 0.1543, 0.4601, 0.308),
    "main": Term(0.9634, 0.0561, 0.3811, -0.1721),
    "pieces": Term(2.7726, 0.6687, 0.7356, -1.0771),
    "extent": Term(0.9313, 0.0821, 0.395, -0.0608),
    "length": Term(1.5216, 0.7414, 0.601, -0.0152),
    "calibre": Term(1.2412, 0.334, -0.5096, -0.5433),
    "taper": Term(1.852, 0.7326, 0.1145, -0.0151),
    "uncertainty": Term(0.059, 0.0703, 0.4152, -0.0837),
    "density": Term(-2.3311, 0.437, -0.1638, -0.062),
    "directions": Term(0.9891, 0.0175, 0.4333, 0.0855),
    "straight": Term(0.8893, 0.0641, 1.516, -0.3928),
    "contrast": Term(0.1402, 0.1754, -0.8581, -0.6915),
    "red_share": Term(0.1071, 0.7018, -0.7114, -0.9724),
    "polarity": Term(0.1294, 0.1843, -0.0557, -0.6918),
    "dark_lines": Term(0.7945, 0.2092, 0.5292, -0.1813),
    "edges": Term(0.6682, 0.2536, -0.0923, 0.2077),
    "edge_lift": Term(0.6982, 0.3243, -0.6579, -0.6771),
    "coarse": Term(-3.5898, 1.0098, -0.4303, -0.4137),
    "patches": Term(-2.1013, 1.0576, -0.3068, -0.3003),
    "warm_spread": Term(0.1113, 0.1714, 0.2849, -0.2909),
}
