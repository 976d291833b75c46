"""Response models for errors and for the service's own state."""
