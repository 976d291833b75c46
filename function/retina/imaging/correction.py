"""A person's correction of what the network found: other vessels and, if given, which are arteries and which veins.

Pure: the masks are decoded elsewhere (`decoding.masks`).
"""

from dataclasses import dataclass

import numpy as np

from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN, Kinds


@dataclass(frozen=True)
class Correction:
    """Masks bool[H,W] of the upright photograph.

    `arteries` and `veins` are both None if only vessels were corrected.
    """

    vessels: Mask
    arteries: Mask | None = None
    veins: Mask | None = None

    def within(self, view: FieldOfView) -> "Correction":
        """The same without what is outside the field of view; arteries and veins only where there are vessels."""
        vessels = self.vessels & view.mask((self.vessels.shape[0], self.vessels.shape[1]))
        if self.arteries is None or self.veins is None:
            return Correction(vessels)
        return Correction(vessels, self.arteries & vessels, self.veins & vessels)

    @property
    def has_kinds(self) -> bool:
        """Whether it says which vessels are arteries and which veins."""
        return self.arteries is not None and self.veins is not None

    def kinds(self) -> Kinds:
        """uint8[H,W]: what is both or neither is of unknown kind. Raises `ValueError` if it says no kinds."""
        if self.arteries is None or self.veins is None:
            raise ValueError("the correction says nothing about arteries and veins")
        kinds = np.full(self.vessels.shape, UNKNOWN, np.uint8)
        kinds[self.arteries & ~self.veins] = ARTERY
        kinds[self.veins & ~self.arteries] = VEIN
        return kinds
