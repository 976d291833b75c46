"""Central retinal artery and vein equivalents: what the widest vessels round the optic disc would be as one."""

from collections.abc import Sequence

import numpy as np

from retina.imaging.graph.schemas import Kind
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation, UnmeasurableError
from retina.imaging.measurements.optic_disc import whole_disc
from retina.imaging.structures.finding import NO_COLOUR

ARTERIES, VEINS = 0.88, 0.95
"""Knudtson's branching coefficients: of the trunk's calibre, per root of the sum of its branches' squares."""

WIDEST = 6
"""How many vessels of a kind are combined."""

LEAST_SEEN = 0.75
"""Share of the zone that must lie in the field of view."""

CUT = "Too little of the ring round the optic disc is in the field of view."
TOO_FEW_OF = "Fewer than six {kind} were told apart in the ring round the optic disc."

GROUP = "central equivalents"


def widest(observation: Observation, kind: Kind) -> Sequence[float]:
    """The calibres of the six widest arteries or veins of zone B, in pixels.

    Raises `UnmeasurableError` if there are fewer, or if the disc or too much of the zone is cut.
    """
    if not observation.found.colour:
        raise UnmeasurableError(NO_COLOUR)
    whole_disc(observation)
    zone = observation.zone_b
    if zone.seen < LEAST_SEEN:
        raise UnmeasurableError(CUT)
    if len(zone.calibres[kind]) < WIDEST:
        raise UnmeasurableError(TOO_FEW_OF.format(kind="arteries" if kind == "artery" else "veins"))
    known: list[float] = zone.calibres[kind][:WIDEST].tolist()
    return known


def combined(calibres: Sequence[float], coefficient: float) -> float:
    """Combine the widest with the narrowest, the next with the next, an odd one as it is, until one is left."""
    left = sorted(calibres)
    while len(left) > 1:
        pairs = len(left) // 2
        odd = left[pairs : pairs + 1] if len(left) % 2 else []
        left = sorted([coefficient * float(np.hypot(left[i], left[-1 - i])) for i in range(pairs)] + odd)
    return left[0]


def crae(observation: Observation) -> float:
    """The central retinal artery equivalent, in pixels."""
    return combined(widest(observation, "artery"), ARTERIES)


def crve(observation: Observation) -> float:
    """The central retinal vein equivalent, in pixels."""
    return combined(widest(observation, "vein"), VEINS)


def avr(observation: Observation) -> float:
    """The arteriole-to-venule ratio."""
    return crae(observation) / crve(observation)


_HOW = (
    "Vessels that cross the ring 0.5 to 1 disc diameters from the disc's margin (zone B), each with its mean calibre "
    "there; the widest is combined with the narrowest and so on until one is left. Measured only if arteries and veins "
    "were asked for, and if six of a kind are told apart."
)
_SOURCE = "Knudtson et al., Current Eye Research 27 (2003), doi 10.1076/ceyr.27.3.143.16049."

CRAE = Measurement(
    name="crae",
    label="central retinal artery equivalent",
    symbol="CRAE",
    unit="px",
    group=GROUP,
    display=Display(decimals=1, unit="px"),
    definition=f"What the six widest arteries round the optic disc would be as one. {_HOW}",
    source=_SOURCE,
    minimum=0,
    maximum=None,
    example=17.3,
    uses_structures=True,
    measure=crae,
)

CRVE = Measurement(
    name="crve",
    label="central retinal vein equivalent",
    symbol="CRVE",
    unit="px",
    group=GROUP,
    display=Display(decimals=1, unit="px"),
    definition=f"What the six widest veins round the optic disc would be as one. {_HOW}",
    source=_SOURCE,
    minimum=0,
    maximum=None,
    example=23.4,
    uses_structures=True,
    measure=crve,
)

AVR = Measurement(
    name="avr",
    label="arteriole-to-venule ratio",
    symbol="AVR",
    unit="",
    group=GROUP,
    display=Display(decimals=2, unit=""),
    definition=f"The central retinal artery equivalent divided by the vein equivalent. {_HOW}",
    source=_SOURCE,
    minimum=0,
    maximum=None,
    example=0.74,
    uses_structures=True,
    measure=avr,
)
