"""Evaluation of the network: accuracy, robustness, uncertainty."""
