"""Drawings of what the scheduler did."""
