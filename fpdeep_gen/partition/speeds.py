"""Speeds of fully connected engines that the search tries, the slowest first."""

from fpdeep_gen.partition.fully_connected import Speed

SPEEDS = (
    Speed(1, 1),
    Speed(1, 1.25),
    Speed(1, 1.5),
    Speed(1, 1.75),
    Speed(1, 2),
    Speed(1, 3),
    Speed(1.5, 6),
    Speed(1.9, 11),
    Speed(1.95, 11),
    Speed(2.5, 14),
    Speed(3, 17),
    Speed(4, 20),
)

FINE = (Speed(1.95, 11),)
"""Speeds near to others, by which nothing is gained where fully connected weights are off chip and images wait for each
other."""

FINEST = (Speed(3, 17),)
"""Speeds near to others by which something is gained only where memory is short to the last: the sooner images are
through, the fewer rows of them wait."""


def faster(speed: int) -> list[int]:
    """Numbers of the speeds after number `speed` that are tried for sooner images alone."""
    return [number for number in range(speed + 1, len(SPEEDS)) if SPEEDS[number] not in FINEST]
