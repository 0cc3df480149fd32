"""Numbers with what they count, as texts say them."""


def counted(count: int, noun: str) -> str:
    """`1 board`, `2 boards`, `1,024 boards`; nouns that only take an s."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
