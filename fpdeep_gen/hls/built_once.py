"""Objects of C++ files that are the same for all kernels: compiled once on a machine, kept in the user's cache."""

import fcntl
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

MADE = "made.json"
"""The digest of each object: one that was damaged is not taken."""


def built_once(folder: Path, names: Sequence[str], make: Callable[[Path], None], instead: Path) -> list[Path]:
    """Files `names` in `folder`, which `make` writes into a folder that it is given; those that are whole are kept.

    `folder` is to be named after all that goes into the files. Where it cannot be written they are made in `instead`.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # a second process waits, and finds them made
            if not _is_whole(folder, names):
                _replace(folder, names, make)
    except OSError:
        instead.mkdir(parents=True, exist_ok=True)
        make(instead)
        folder = instead
    return [folder / name for name in names]


def _replace(folder: Path, names: Sequence[str], make: Callable[[Path], None]) -> None:
    """Whole or not at all."""
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        make(made)
        (made / MADE).write_text(json.dumps(_digests(made, names)), encoding="utf-8")
        made.rename(folder)


def _is_whole(folder: Path, names: Sequence[str]) -> bool:
    try:
        return bool(json.loads((folder / MADE).read_text("utf-8")) == _digests(folder, names))
    except (OSError, ValueError):
        return False


def _digests(folder: Path, names: Sequence[str]) -> Mapping[str, str]:
    return {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}
