"""Measuring speed and size: `make bench`, `make bench-accounts`. Nothing here passes or fails."""
