"""From the bytes of a photograph to what was found in it. Knows nothing of the service around it."""
