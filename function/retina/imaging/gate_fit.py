"""The gate's coefficients, written by `python -m models.evaluation.gate`. What they reach: models/EXPERIMENTS.md."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One number's part in the logit. `centre` and `spread` are those of retinas; `bend` punishes both extremes."""

    centre: float
    spread: float
    slope: float
    bend: float

    def part(self, value: float) -> float:
        """The part of `value`: slope times its distance from the centre in spreads, and bend times the square."""
        away = max(-6.0, min(6.0, (value - self.centre) / self.spread))
        return self.slope * away + self.bend * min(abs(away), 4.0) ** 2 / 4


INTERCEPT, YES_FROM, NO_BELOW = 6.0423, 2.30, 0.80

TERMS: dict[str, Term] = {
    "largest": Term(0.903, 0.179, 0.0384, -0.1471),
    "main": Term(0.9594, 0.0559, 0.078, -0.1773),
    "extent": Term(0.925, 0.0977, 0.3104, -0.3244),
    "length": Term(1.2576, 0.6372, 0.2243, -0.1637),
    "calibre": Term(1.3114, 0.2255, -0.5206, -0.3954),
    "taper": Term(1.852, 0.4983, 0.0453, 0.0119),
    "uncertainty": Term(0.1169, 0.1473, 0.0816, -0.0865),
    "density": Term(-2.4971, 0.5392, -0.0464, -0.1608),
    "directions": Term(0.986, 0.0196, 0.3803, -0.2119),
    "straight": Term(0.9098, 0.0419, 0.5031, -0.1399),
    "contrast": Term(0.1101, 0.0621, -0.529, -0.43),
    "red_share": Term(0.0295, 0.2883, -0.121, -0.7736),
    "polarity": Term(0.1422, 0.2009, -0.1093, -0.1252),
    "dark_lines": Term(0.7675, 0.2044, 0.1263, -0.1129),
    "edges": Term(0.614, 0.2195, 0.013, -0.0489),
    "edge_lift": Term(0.7491, 0.3416, -0.2198, -0.1382),
    "coarse": Term(-3.8343, 0.6861, -0.2229, -0.081),
    "patches": Term(-2.4061, 0.9045, -0.1267, -0.0515),
    "warm_spread": Term(0.1058, 0.0885, 0.08, -0.0941),
}
