"""A native run of a top's C++ for a co-simulation: what each call was given and made, and how words were taken."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.committed import Journals, read_journals
from fpdeep_gen.hls.interface import Control, Interface
from fpdeep_gen.hls.native_program import Start, build_native, run_native
from fpdeep_gen.hls.overlaps import NativePlaces, read_places
from fpdeep_gen.hls.stimulus import Given, Stimulus, calls_of, flat, random_stimulus
from fpdeep_gen.hls.undefined import Undefined, undefined_results
from fpdeep_gen.hls.values import named, read_integers, write_integers


@dataclass(frozen=True)
class Recorded:
    """A native run: integers of each argument before and after, words taken from each input stream, exit code.

    `journals`: how these words were taken, for what RTL may leave of an activation that does not end. `runs`: of each
    call, more than 1 where a start makes several. `places`: of arrays that share their memory with others.
    """

    given: Mapping[str, list[int]]
    made: Mapping[str, list[int]]
    taken: Mapping[str, int]
    journals: Journals
    runs: tuple[int, ...]
    code: int
    printed: str
    places: Mapping[str, NativePlaces]

    @property
    def calls(self) -> int:
        """Starts of the top."""
        return len(self.runs)


@dataclass(frozen=True)
class NativeRun:
    """What a native run takes: the inputs of a test bench, those of a stimulus, or random ones (`words`, `calls`)."""

    folder: Path
    source: Path
    top: str
    interface: Interface
    include_dirs: Sequence[Path]
    stimulus: Stimulus | None
    testbench: Path | None
    words: int
    calls: int
    seed: int

    def run(self, starts: Sequence[Start] = (Start.ZERO, Start.STACK)) -> Recorded:
        """With the first of `starts`; where the bench fails, with another one with which it does not.

        A kernel may rely on a variable that keeps what it had an iteration before. Raises InputError for a stimulus
        that does not fit, ToolError for a program that fails or never calls the top.
        """
        given: Given = {}
        calls = self.calls
        if self.testbench is None:
            stimulus, interface = self.stimulus, self.interface
            given = flat(interface, stimulus) if stimulus is not None else self._random()
            calls = calls_of(interface, given) if stimulus is not None else calls
        tried = starts if self.testbench is not None else starts[:1]
        for start in tried:
            program, code, printed = self._program(start, given, calls)
            if not code:
                break
        else:
            if len(tried) > 1:
                program, code, printed = self._program(tried[0], given, calls)
        return self._recorded(program, code, printed)

    def _random(self) -> Given:
        return random_stimulus(self.interface, self.words, self.calls, self.seed)

    def _program(self, start: Start, given: Given, calls: int) -> tuple[Path, int, str]:
        """Builds and runs the program."""
        place, bench = self.folder / "record", self.testbench
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name, (kinds, values) in given.items():
            write_integers(place / f"{name}.in", kinds, values)
        what = (self.folder, self.source, self.top, self.interface, self.include_dirs, bench)
        program = build_native(*what, calls, start)
        working = place if bench is None else bench.resolve().parent
        return program, *run_native(program, place.resolve(), place.resolve() if bench is None else None, working)

    def _recorded(self, program: Path, code: int, printed: str) -> Recorded:
        place = self.folder / "record"
        if self.testbench is None and code:
            raise ToolError(f"the native run failed with exit status {code}", [str(program)], printed)
        if not (place / "record.txt").exists():
            text = f"the native run never called {self.top}, or did not end: exit status {code}"
            raise ToolError(text, [str(program)], printed)
        lines = [line.split() for line in (place / "record.txt").read_text(encoding="utf-8").splitlines()]
        runs = next(tuple(map(int, line[1:])) for line in lines if line[0] == "runs")
        ended = next(int(line[1]) for line in lines if line[0] == "ended")
        if ended < len(runs) and self.interface.control is not Control.FREE:
            text = f"the native run ended in call {ended + 1} of {self.top}: exit status {code}"
            raise ToolError(text, [str(program)], printed)
        taken = {line[1]: int(line[2]) for line in lines if line[0] == "taken"}
        before: dict[str, list[int]] = {}
        after: dict[str, list[int]] = {}
        for one, name in named(self.interface):
            for suffix, target in ((".in", before), (".out", after)):
                path = place / f"{name}{suffix}"
                if path.exists():
                    target[name] = read_integers(path, one.layout)
        return Recorded(before, after, taken, read_journals(lines), runs, code, printed, read_places(lines))


def undefined_in(recorded: Recorded, native: NativeRun) -> Undefined:
    """What comes out otherwise where variables of the kernel start otherwise."""
    try:
        other = native.run((Start.PATTERN,))
    except ToolError:  # it may do anything then
        return {}
    same = (other.given, other.taken, other.calls, other.code) == (recorded.given, recorded.taken, recorded.calls, 0)
    return undefined_results(recorded.made, other.made) if same else {}
