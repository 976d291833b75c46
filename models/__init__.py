"""Training, conversion and measuring of the network; never shipped."""
