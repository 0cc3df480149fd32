"""Other HLS compilers on the same source: each driver runs one where it is installed and reads what it reports."""
