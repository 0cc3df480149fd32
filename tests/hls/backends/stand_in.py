"""Programs that stand for other compilers: they record how they were called and leave prepared files."""

import json
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = """#!{python} -SE
import json, os, sys
with open({record!r}, "a") as file:
    file.write(json.dumps([os.getcwd(), sys.argv[1:]]) + "\\n")
for name, text in json.loads({files!r}).items():
    if os.path.dirname(name):
        os.makedirs(os.path.dirname(name), exist_ok=True)
    with open(name, "w") as file:
        file.write(text)
sys.stdout.write({printed!r})
sys.stdout.flush()
{end}
"""


@dataclass(frozen=True)
class StandIn:
    """A program on PATH, which holds nothing else."""

    path: Path
    record: Path

    @property
    def calls(self) -> list[tuple[str, list[str]]]:
        """Folder and arguments of each call."""
        if not self.record.exists():
            return []
        lines = self.record.read_text(encoding="utf-8").splitlines()
        return [(folder, arguments) for folder, arguments in map(json.loads, lines)]


def stand_in(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    name: str,
    files: Mapping[str, str],
    printed: str = "",
    end: str = "sys.exit(0)",
) -> StandIn:
    """Make `name` in `folder`, which becomes PATH; `files` are relative to where it is called, `end`: its last line."""
    folder.mkdir(exist_ok=True)
    made = StandIn(folder / name, folder / f"{name}.calls")
    text = PROGRAM.format(
        python=sys.executable, record=str(made.record), files=json.dumps(dict(files)), printed=printed, end=end
    )
    made.path.write_text(text, encoding="utf-8")
    made.path.chmod(made.path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder))
    return made
