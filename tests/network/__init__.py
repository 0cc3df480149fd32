"""Tests of the network files and data sets."""
