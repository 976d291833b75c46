"""Batches: many photographs segmented under one order."""
