"""The switch that writes golden files anew."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden`: write the expected files under tests/golden instead of comparing with them."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew instead of comparing")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written."""
    return bool(request.config.getoption("--update-golden"))
