"""Tests of the HLS compiler."""
