"""Where regional measurements are made: on which vessels, in which regions of the retina."""

from typing import Literal, get_args

Vessels = Literal["all", "artery", "vein"]

Region = Literal[
    "field", "zone_b", "zone_c", "superior_temporal", "inferior_temporal", "superior_nasal", "inferior_nasal"
]
REGIONS: tuple[Region, ...] = get_args(Region)
