"""Benchmarks of speed and memory: `make bench`, `make bench-accounts`. They have no pass or fail."""
