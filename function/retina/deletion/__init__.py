"""Deletion of stored data with every copy of it, and the receipt that callers get."""

from retina.deletion.items import delete_batch, delete_correction, delete_export, delete_prediction

__all__ = ["delete_batch", "delete_correction", "delete_export", "delete_prediction"]
