"""The switch that writes golden files anew, and the order in which tests are handed out."""

from pathlib import Path

import pytest

_LONG_FIRST = ("hw", "emit", "hls", "golden_model", "sim")
"""Folders whose files take minutes: begun first, so that no worker is left alone with one at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden`: write the expected files under tests/golden instead of comparing with them."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew instead of comparing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long folders first, otherwise as collected."""
    root = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(root).parts[0]
        return _LONG_FIRST.index(folder) if folder in _LONG_FIRST else len(_LONG_FIRST)

    items.sort(key=rank)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written."""
    return bool(request.config.getoption("--update-golden"))
