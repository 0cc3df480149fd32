"""Drivers of other compilers."""
