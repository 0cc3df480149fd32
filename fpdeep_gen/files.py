"""Files that a user names: what they hold, or an `InputError` that says why it cannot be had."""

import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.errors import InputError, Problem


def read_text(path: Path, expected: str, hint: str = "", field: str = "file") -> str:
    """A file of UTF-8 text. Raises `InputError`, with what was `expected`, where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError([Problem(path, None, field, expected, why_unreadable(error), hint)]) from error
    except UnicodeDecodeError as error:
        raise InputError([Problem(path, None, field, "UTF-8 text", f"byte {error.start} that is not")]) from error


def read_arrays(
    path: Path, expected: str, field: str, wanted: Collection[str] | None = None
) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file, all or those of `wanted` that it has. Raises `InputError`, with what was `expected`,
    where it is no such file or an array holds objects."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files if wanted is None or name in wanted}
    except OSError as error:
        raise InputError([Problem(path, None, field, expected, why_unreadable(error))]) from error
    except (ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        found = "an array of objects" if "Object arrays" in str(error) else "another format"
        raise InputError([Problem(path, None, field, expected, found)]) from error


def why_unreadable(error: OSError) -> str:
    """What the system says of a file that cannot be opened, in the words of problems."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    return "a folder" if isinstance(error, IsADirectoryError) else (error.strerror or "an unreadable file").lower()


def what_is_at(path: Path) -> str:
    """What lies at a path that is no file, in the words of problems."""
    return "a folder" if path.is_dir() else "no such file"
