"""Tests of scheduling, emission and co-simulation."""
