"""What the service says of itself and of errors, as documented in OpenAPI. Shapes only; nothing is computed here."""
