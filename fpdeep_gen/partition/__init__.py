"""Partition of the training of a large network over a chain of boards, close to the physical bound."""
