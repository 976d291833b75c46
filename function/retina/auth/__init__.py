"""Authentication: anonymous callers, people with an access token, and programs with an API key."""
