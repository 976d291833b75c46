"""Retina: the blood vessels of a fundus photograph. For research and education, not a medical device."""

__version__ = "0.2.0"
