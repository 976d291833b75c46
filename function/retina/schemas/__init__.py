"""What goes over the wire, as documented in OpenAPI: a file a resource. Shapes only; nothing is computed here."""
