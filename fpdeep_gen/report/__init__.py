"""What a run shows: tables for the terminal, one HTML file, a timeline for a trace viewer."""
