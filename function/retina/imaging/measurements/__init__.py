"""Measurements on a vessel mask: one file per measurement, and the registry that lists them.

How to add one: docs/architecture.md.
"""
