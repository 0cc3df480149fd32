"""A balanced plan executed row by row: a discrete-event simulation that shares no formula with the planner."""
