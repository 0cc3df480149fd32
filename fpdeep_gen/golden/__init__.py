"""Bit-exact NumPy model of training: what every plan must reproduce."""
