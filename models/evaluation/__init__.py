"""Measuring of the network: accuracy, robustness, trust."""
