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


INTERCEPT, YES_FROM, NO_BELOW = 7.4774, 1.91, 0.41

TERMS: dict[str, Term] = {
    "largest": Term(0.9318, 0.2368, 0.7352, -0.0422),
    "main": Term(0.9695, 0.0619, 0.3196, 0.1578),
    "pieces": Term(2.7081, 0.6559, 0.0084, -1.393),
    "length": Term(1.4644, 0.9313, 0.994, -0.2148),
    "calibre": Term(0.3069, 0.3831, -1.5775, -0.3467),
    "density": Term(-2.2279, 0.4124, -0.5655, -1.1839),
    "straight": Term(0.8922, 0.0787, 2.1824, -0.0855),
    "disc": Term(0.438, 0.32, 0.8957, -0.0564),
    "glow": Term(0.2031, 0.3239, 0.7323, -0.0178),
    "contrast": Term(0.1323, 0.1592, -0.4998, -0.3423),
    "contrast_spread": Term(0.796, 0.1822, 0.7907, -1.539),
    "red_share": Term(0.0981, 0.6696, -1.0195, -1.3331),
    "polarity": Term(0.1435, 0.2266, 0.4486, -0.405),
    "dark_lines": Term(0.7993, 0.2121, 0.3178, -0.2001),
    "edge_lift": Term(0.6823, 0.3294, -0.9753, -0.5522),
    "warm_spread": Term(0.1099, 0.1607, 0.1574, -0.5293),
    "tint": Term(0.0352, 0.1677, -0.6422, -0.3278),
}
