"""Exports: a batch, the history or a whole account as ZIP files."""
