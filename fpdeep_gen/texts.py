"""Numbers with what they count, and times, as texts say them."""


def duration(seconds: float) -> str:
    """`0.0352 s`, `59.9 s`, `17:17 min`, `21:19 h`: seconds in units that a person would take."""
    if seconds < 59.95:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02} min"
    minutes = round(seconds / 60)
    return f"{minutes // 60:,}:{minutes % 60:02} h"


def counted(count: int, noun: str) -> str:
    """`1 board`, `2 boards`, `1,024 boards`; nouns that only take an s."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
