"""The history: predictions that users have saved."""
