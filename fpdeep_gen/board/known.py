"""The boards that come with the program: in a checkout at its top, in an installed wheel beside the packages."""

from collections.abc import Mapping
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "_data" / "boards"
BOARDS_FOLDER = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "boards"


def known_boards() -> Mapping[str, Path]:
    """Name -> file of each board, in the order of the names."""
    return {path.stem: path for path in sorted(BOARDS_FOLDER.glob("*.yaml"))}
