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


INTERCEPT, YES_FROM, NO_BELOW = 5.8253, 1.29, -0.21

TERMS: dict[str, Term] = {
    "largest": Term(0.921, 0.1495, 0.0352, 0.109),
    "main": Term(0.9633, 0.0556, 0.2763, -0.2246),
    "pieces": Term(2.7726, 0.755, 0.4152, -0.3726),
    "extent": Term(0.9313, 0.0888, 0.4799, -0.1248),
    "length": Term(1.4277, 0.7833, 0.231, -0.0887),
    "calibre": Term(1.2825, 0.3672, -0.518, -0.4571),
    "taper": Term(1.852, 0.7488, -0.0659, 0.1406),
    "uncertainty": Term(0.0685, 0.0763, 0.1066, -0.0675),
    "density": Term(-2.3654, 0.4594, -0.1247, 0.0079),
    "directions": Term(0.9888, 0.0191, 0.4546, -0.0351),
    "straight": Term(0.8975, 0.0628, 0.8213, -0.307),
    "contrast": Term(0.1151, 0.0804, -0.5801, -0.7288),
    "red_share": Term(0.0478, 0.4441, -0.3357, -0.8126),
    "polarity": Term(0.1018, 0.1744, -0.1022, -0.3512),
    "dark_lines": Term(0.7996, 0.2196, 0.307, -0.1426),
    "edges": Term(0.645, 0.2598, -0.0042, 0.0609),
    "edge_lift": Term(0.6646, 0.3092, -0.4797, -0.2762),
    "coarse": Term(-3.7713, 0.7344, -0.0912, -0.1717),
    "patches": Term(-2.3064, 0.8844, -0.1008, -0.1315),
    "warm_spread": Term(0.1172, 0.1319, 0.355, -0.1133),
}
