"""Resumable steps: a step's files carry a stamp of what they were made from, and are made again only when it changed.

A step writes into a fresh folder; its files are moved into place when it is done, so a step that breaks leaves what
was there before. The stamp also holds the digest of each file, so that a file that was edited or lost is made again.
"""

import hashlib
import json
import shlex
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fpdeep_gen

STATE_FOLDER = ".fpdeep"
SOURCE_SUFFIXES = frozenset({".py", ".h", ".cpp", ".sv", ".v", ".j2", ".vlt"})


@dataclass(frozen=True)
class Step:
    """One step of a run in output folder `out`; `key` is the digest of everything that its files depend on."""

    out: Path
    name: str
    key: str

    @property
    def stamp(self) -> Path:
        """Where the step remembers what it made."""
        return self.out / STATE_FOLDER / f"{self.name}.json"


@dataclass(frozen=True)
class Done:
    """How a step went; `seconds` is the wall-clock time of making the files (0 where they were up to date)."""

    name: str
    skipped: bool
    seconds: float


def input_key(name: str, inputs: Iterable[str | bytes]) -> str:
    """Digest of a step's name, the tool itself and the step's inputs."""
    digest = hashlib.sha256()
    for part in (name, tool_digest(), *inputs):
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def quoted(out: Path) -> str:
    """A path as a word of the command line, for hints."""
    return shlex.quote(str(out))


def run_step(step: Step, produce: Callable[[Path], None], force: bool = False) -> Done:
    """Makes the files of `step` unless they are up to date. `produce` gets an empty folder and writes there what
    belongs under `step.out`, at the same relative paths."""
    if not force and is_current(step):
        return Done(step.name, skipped=True, seconds=0.0)
    begin = time.perf_counter()
    fresh = step.out / STATE_FOLDER / f"{step.name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        produce(fresh)
        _move_into_place(step, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Done(step.name, skipped=False, seconds=time.perf_counter() - begin)


def is_current(step: Step) -> bool:
    """Whether the files of `step` exist, unchanged, made from the same inputs."""
    stamp = _read_stamp(step.stamp)
    if stamp is None or stamp.get("key") != step.key:
        return False
    files = stamp.get("files")
    return isinstance(files, Mapping) and all(_digest_of(step.out / name) == known for name, known in files.items())


def _move_into_place(step: Step, fresh: Path) -> None:
    """Replaces the files of the step's last time by those in `fresh`; the stamp goes first and comes back last."""
    old = _read_stamp(step.stamp) or {}
    step.stamp.unlink(missing_ok=True)
    made = sorted(path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file())
    files: dict[str, str | None] = {}
    for name in made:
        target = step.out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).replace(target)
        files[name.as_posix()] = _digest_of(target)
    old_files = old.get("files")
    for stale in set(old_files if isinstance(old_files, Mapping) else ()) - set(files):
        (step.out / stale).unlink(missing_ok=True)
    temporary = step.stamp.with_suffix(".tmp")
    temporary.write_text(json.dumps({"key": step.key, "files": files}, indent=1), encoding="utf-8")
    temporary.replace(step.stamp)


def _read_stamp(path: Path) -> dict[str, object] | None:
    """The stamp, or None where there is none or it is damaged (the step then runs again)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _digest_of(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


@cache
def tool_digest() -> str:
    """Digest of the package's own sources and data, so that another version of the tool never reuses old files."""
    package = Path(fpdeep_gen.__file__).parent
    folders = [package, package.parent / "templates", package.parent / "hls_kernels"]
    digest = hashlib.sha256(fpdeep_gen.__version__.encode())
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in SOURCE_SUFFIXES):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
