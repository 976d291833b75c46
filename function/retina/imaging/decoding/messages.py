"""What a decoding process and its parent have to agree on. Apart from `process`, which loads every decoder, so that the
parent need not.
"""

LINE = 4096
"""Longest message in bytes."""

TAKEN = "taken"
"""Sent once the whole file has been received. A process that ends before has not looked at the file."""
