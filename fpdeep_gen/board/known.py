"""The boards that come with the program."""

from collections.abc import Mapping
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS = (_PACKAGE / "_data" / "boards", _PACKAGE.parent / "boards")
"""In an installed wheel, in a checkout."""


def known_boards() -> Mapping[str, Path]:
    """Name -> file of each board, in the order of the names."""
    folder = next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[-1])
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}
