"""Batches: many photographs segmented with the same options."""
