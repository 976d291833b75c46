"""The HTTP API: routes, one file per resource, and the code they share."""
