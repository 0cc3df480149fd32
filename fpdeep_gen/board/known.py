"""The boards and clusters that come with the program: at the top of a checkout, beside the packages in a wheel."""

from collections.abc import Mapping
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "_data" / "boards"
BOARDS_FOLDER = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "boards"


CLUSTERS_FOLDER = BOARDS_FOLDER / "clusters"


def known_boards() -> Mapping[str, Path]:
    """Name -> file of each board, in the order of the names."""
    return {path.stem: path for path in sorted(BOARDS_FOLDER.glob("*.yaml"), key=lambda path: path.stem)}


def known_clusters() -> Mapping[str, Path]:
    """Name -> file of each cluster, in the order of the names."""
    return {path.stem: path for path in sorted(CLUSTERS_FOLDER.glob("*.yaml"), key=lambda path: path.stem)}
