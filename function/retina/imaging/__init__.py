"""The imaging pipeline: from the bytes of a photograph to its findings. Imports nothing of the service around it."""
