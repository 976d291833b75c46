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


INTERCEPT, YES_FROM, NO_BELOW = 7.5710, 1.83, 0.33

TERMS: dict[str, Term] = {
    "largest": Term(0.9222, 0.2468, 0.7309, -0.1057),
    "main": Term(0.9635, 0.0645, 0.2238, -0.0066),
    "pieces": Term(2.7726, 0.6679, 0.0799, -1.3254),
    "length": Term(1.4482, 0.8577, 0.8982, -0.0771),
    "calibre": Term(0.2519, 0.3521, -1.3315, -0.2914),
    "density": Term(-2.3322, 0.473, -0.8738, -0.76),
    "straight": Term(0.8962, 0.0671, 2.0239, -0.2323),
    "disc": Term(0.4388, 0.324, 0.9363, -0.1781),
    "glow": Term(0.2018, 0.3244, 0.6804, -0.0632),
    "contrast": Term(0.1371, 0.1656, -0.5866, -0.3537),
    "contrast_spread": Term(0.759, 0.169, 0.825, -1.7172),
    "red_share": Term(0.1009, 0.6807, -0.7417, -1.211),
    "polarity": Term(0.1452, 0.228, 0.4061, -0.5091),
    "dark_lines": Term(0.7846, 0.2125, 0.6118, -0.4154),
    "edge_lift": Term(0.7082, 0.3308, -1.0048, -0.5046),
    "warm_spread": Term(0.1091, 0.1614, 0.5192, -0.374),
    "tint": Term(0.0325, 0.1712, -0.8295, -0.2512),
}
