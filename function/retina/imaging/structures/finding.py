"""Find the structures of one photograph: kinds of vessels, optic disc and fovea, in the photograph's own pixels."""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask, Rgb
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.photograph import Photograph
from retina.imaging.preprocessing import Placement, place
from retina.imaging.structures import network as maps
from retina.imaging.structures.artery_vein import Kinds, kinds_of, painted, working_copy
from retina.imaging.structures.disc import Disc, disc_of
from retina.imaging.structures.fovea import Fovea, fovea_of
from retina.imaging.structures.network import StructureNetwork
from retina.imaging.structures.preparation import prepare_colour

COLOUR_SIDE = 128
"""Side in pixels of the copy on which colour is looked for."""

SAME = 0.999
"""Correlation of red and green from which on a picture counts as gray."""

OF_STRUCTURES = frozenset({"artery_vein", "disc"})
"""Pictures of what is found here. The second network only runs if one of them is asked for."""

NO_COLOUR = "The photograph has no colour by which arteries and veins could be told apart."


@dataclass(frozen=True)
class Structures:
    """`disc` and `fovea` are in the photograph's pixels.

    `find_kinds` finds the kinds of vessels, which takes a while, from the vessel mask and the network's map.
    """

    find_kinds: Callable[[], Kinds]
    colour: bool
    """Whether there is colour to tell arteries from veins by; without it every vessel is of unknown kind."""
    disc: Disc | None
    fovea: Fovea | None
    shape: tuple[int, int]
    field_of_view: FieldOfView
    network_seconds: float
    kinds_on: Callable[[Mask], Kinds] | None = None
    """Finds the kinds of other vessels, bool[H,W]."""

    @cached_property
    def kinds(self) -> Kinds:
        """uint8[H,W] of the photograph's size, 0 off the vessels. Found when they are first asked for."""
        return self.find_kinds()

    def detached(self) -> "Structures":
        """The same without all large arrays; `kinds` can then no longer be found."""
        return replace(self, find_kinds=_gone, kinds_on=None)

    def of(self, vessels: Mask) -> "Structures":
        """The same for other `vessels` bool[H,W] of the photograph. Raises `ValueError` once detached."""
        if self.kinds_on is None:
            raise ValueError("the network's map is no longer there")
        return replace(self, find_kinds=functools.partial(self.kinds_on, vessels))

    @cached_property
    def disc_mask(self) -> Mask:
        """The disc's ellipse within the field of view, bool[H,W]; all false without a disc."""
        mask = np.zeros(self.shape, np.uint8)
        if self.disc:
            axes, centre = (self.disc.long, self.disc.short), (self.disc.x, self.disc.y)
            cv2.ellipse(mask, (centre, axes, self.disc.angle), (1,), cv2.FILLED)
        return mask.view(np.bool_) & self.field_of_view.mask(self.shape)


def _gone() -> Kinds:
    raise RuntimeError("the network's map is no longer there")


def find_structures(photograph: Photograph, vessels: Mask, network: StructureNetwork) -> Structures:
    """Find the structures of `photograph`, whose vessel mask is bool[H,W]."""
    view, shape = photograph.field_of_view, vessels.shape[:2]
    placement = place(view, [network.canvas])
    values = prepare_colour(photograph.rgb, view, placement)
    started = time.perf_counter()
    found = network(values)
    spent = time.perf_counter() - started
    # Training says nothing of what lies outside the field of view, so whatever the maps show there is no find.
    seen = np.asarray(values.any(axis=2), np.uint8)
    inside = cv2.resize(seen, found.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    found = found * inside[..., None]
    disc = disc_of(found[..., maps.DISC], placement.width / 2)
    fovea = fovea_of(found[..., maps.FOVEA], disc)
    x_scale, y_scale = view.width / placement.width * 2, view.height / placement.height * 2

    def at(x: float, y: float) -> tuple[float, float]:
        """A place on the maps, whose pixels are two of the canvas's, in the photograph."""
        return (
            (x + 0.5 - placement.left / 2) * x_scale - 0.5 + view.left,
            (y + 0.5 - placement.top / 2) * y_scale - 0.5 + view.top,
        )

    if disc:
        x, y = at(disc.x, disc.y)
        disc = replace(disc, x=x, y=y, long=disc.long * x_scale, short=disc.short * x_scale)
    if fovea:
        x, y = at(fovea.x, fovea.y)
        fovea = replace(fovea, x=x, y=y)
    colour = has_colour(photograph.rgb, view)

    def kinds_on(vessels: Mask) -> Kinds:
        if not colour:
            return np.zeros(vessels.shape, np.uint8)
        return _kinds(found[..., maps.ARTERY], placement, view, vessels)

    own = functools.partial(kinds_on, vessels)
    return Structures(own, colour, disc, fovea, (shape[0], shape[1]), view, spent, kinds_on)


def has_colour(rgb: Rgb, view: FieldOfView) -> bool:
    """Whether red and green of uint8[H,W,3] differ in more than brightness: not in a gray or a tinted gray picture."""
    crop = rgb[view.top : view.top + view.height, view.left : view.left + view.width]
    red, green, _ = cv2.split(cv2.resize(crop, (COLOUR_SIDE, COLOUR_SIDE), interpolation=cv2.INTER_AREA))
    if min(red.std(), green.std()) < 1:
        return False
    return abs(float(np.corrcoef(red.ravel(), green.ravel())[0, 1])) < SAME


def _kinds(artery: NDArray[np.float32], placement: Placement, view: FieldOfView, vessels: Mask) -> Kinds:
    """The kinds of all vessel pixels, uint8[H,W], found on the working copy and enlarged."""
    copy = working_copy(view, vessels)
    everywhere = painted(np.ones_like(copy.vessels), *kinds_of(copy, artery, placement))
    kinds = np.zeros(vessels.shape, np.uint8)
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    enlarged = cv2.resize(everywhere, (view.width, view.height), interpolation=cv2.INTER_NEAREST)
    np.multiply(enlarged, vessels[window].view(np.uint8), out=kinds[window])
    return kinds
