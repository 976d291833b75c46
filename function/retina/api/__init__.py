"""The HTTP API: routes, one file a resource, and what they share."""
