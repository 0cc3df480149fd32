"""Tests of the HLS front end: C++ is compiled, interpreted, and compared with independent Python."""
