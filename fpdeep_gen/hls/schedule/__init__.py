"""Scheduling: passes on the IR, a stage for every operation, ports for every memory."""
