"""What else is seen in the retina beside its vessels: which are arteries and which veins, the optic disc, the fovea."""
