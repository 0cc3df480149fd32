"""All files that are to be written, before any is."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.errors import ToolError


@dataclass(frozen=True)
class BuildPlan:
    """Text by path relative to the output folder, `/` between its parts."""

    files: Mapping[str, str]

    def write(self, directory: Path) -> None:
        """Write all files into a temporary folder, then move each into place; other files of `directory` stay.

        Raises `ToolError` where the folder can't be written.
        """
        try:
            directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".fpdeep-", dir=directory) as temporary:
                for path, text in self.files.items():
                    _write(Path(temporary) / path, text)
                for path in self.files:
                    target = directory / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    (Path(temporary) / path).replace(target)
        except OSError as error:
            raise ToolError(f"can't write into {directory}: {error}") from error


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
