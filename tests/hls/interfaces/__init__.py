"""Tops with arguments: protocols, pins, co-simulation."""
