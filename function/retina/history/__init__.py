"""The history: predictions that people saved."""
