"""Deletion of whatever is kept, with every copy of it, and what it leaves its caller with."""

from retina.deletion.items import delete_batch, delete_export, delete_prediction

__all__ = ["delete_batch", "delete_export", "delete_prediction"]
