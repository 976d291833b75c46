"""The imaging pipeline: from the bytes of a photograph to its findings. Of this package it imports `errors` alone."""
