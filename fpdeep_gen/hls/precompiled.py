"""C++ headers that g++ reads once on a machine: they are most of the time that a small program takes to compile."""

import fcntl
import functools
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

HEADER = "all.h"
MADE_OF = "made_of.json"


def precompiled(compiler: Sequence[str], flags: Sequence[str], headers: Sequence[str], cache: Path) -> list[str]:
    """Flags that let a compilation with `flags` begin with `headers` (as `#include <...>` names them), read beforehand.

    None for other compilers than g++, and where the headers do not compile: then a source's own lines include them.
    The file is made again when a header that it was made of has changed: g++ does not look at that.
    """
    if not is_gcc(tuple(compiler)):
        return []
    key = sha256(json.dumps([list(compiler), list(flags), list(headers)]).encode()).hexdigest()[:24]
    return list(_included((*compiler, *flags), tuple(headers), cache / f"headers_{key}"))


@functools.cache
def is_gcc(compiler: tuple[str, ...]) -> bool:
    """Whether a command is g++."""
    return len(compiler) == 1 and re.fullmatch(r"(.*-)?g\+\+(-\d+)?", Path(compiler[0]).name) is not None


@functools.cache
def _included(command: tuple[str, ...], headers: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """Looks at the files once in a process. None where the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # a second process waits, and finds it made
            if not (_is_as_made(folder / MADE_OF) or _make(command, headers, folder)):
                return ()
    except OSError:
        return ()
    return ("-include", str(folder / HEADER))


def _is_as_made(made_of: Path) -> bool:
    """Whether the file, and all that it was made of, are what they were."""
    try:
        text = made_of.read_text("utf-8")
        return _states(json.loads(text)) == text
    except (OSError, ValueError):
        return False


def _make(command: tuple[str, ...], headers: tuple[str, ...], folder: Path) -> bool:
    (folder / MADE_OF).unlink(missing_ok=True)
    header = folder / HEADER
    header.write_text("".join(f"#include <{name}>\n" for name in headers), encoding="utf-8")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        made, needs = Path(scratch) / "made", Path(scratch) / "needs"
        more = ("-x", "c++-header", "-MD", "-MF", str(needs), str(header), "-o", str(made))
        if subprocess.run([*command, *more], capture_output=True, check=False).returncode:
            return False
        names = re.findall(r"(?:[^\s\\]|\\.)+", needs.read_text("utf-8").partition(":")[2])
        files = [name.replace("\\ ", " ") for name in names]
        read = made.replace(folder / f"{HEADER}.gch")
        states = _states([*files, shutil.which(command[0]) or command[0], str(read)])
        (folder / MADE_OF).write_text(states, encoding="utf-8")
    return True


def _states(files: Sequence[str] | dict[str, list[int]]) -> str:
    """JSON of files with their times and sizes; a missing file has none."""
    states = {}
    for file in files:
        path = Path(file)
        states[file] = [path.stat().st_mtime_ns, path.stat().st_size] if path.exists() else []
    return json.dumps(states)
