"""Whether a page is well formed and needs nothing from outside."""

from html.parser import HTMLParser

VOID = {"meta", "line", "polygon", "rect", "polyline", "br"}


class Checker(HTMLParser):
    """Collects tags that are not closed and everything that would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.external: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.external += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset", "data")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<rect .../>` opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


def check_page(text: str) -> None:
    """Asserts that every tag is closed and that nothing is fetched."""
    checker = Checker()
    checker.feed(text)
    assert checker.faults == []
    assert [tag for tag in checker.open if tag != "p"] == []
    assert checker.external == []
    assert "url(" not in text
    assert "@import" not in text
