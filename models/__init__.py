"""Training, conversion and evaluation of the network. Never shipped with the service."""
