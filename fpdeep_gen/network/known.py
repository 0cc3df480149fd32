"""The networks that come with the program: at the top of a checkout, beside the packages in a wheel."""

from collections.abc import Mapping
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "_data" / "networks"
NETWORKS_FOLDER = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "networks"


def known_networks() -> Mapping[str, Path]:
    """Name -> file of each network, in the order of the names."""
    return {path.stem: path for path in sorted(NETWORKS_FOLDER.glob("*.yaml"), key=lambda path: path.stem)}
