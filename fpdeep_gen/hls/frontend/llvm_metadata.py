"""Debug metadata of an LLVM module: line tables only."""

import re
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.frontend.clang import INCLUDE_DIR
from fpdeep_gen.hls.ir import Location

_LOCATION = re.compile(r"!DILocation\(line: (\d+)(?:, column: (\d+))?, scope: !(\d+)(?:, inlinedAt: !(\d+))?")
_REFERENCE = re.compile(r"!(\d+)")
_SUBPROGRAM = re.compile(r'!DISubprogram\(name: "((?:[^"\\]|\\.)*)".*?file: !(\d+), line: (\d+)')
_SCOPE = re.compile(r"scope: !(\d+)")
_FILE_OF = re.compile(r"file: !(\d+)")
_FILE = re.compile(r'!DIFile\(filename: "((?:[^"\\]|\\.)*)", directory: "((?:[^"\\]|\\.)*)"')


_MODES = {
    "ap_q_mode": ["RND", "RND_ZERO", "RND_MIN_INF", "RND_INF", "RND_CONV", "TRN", "TRN_ZERO"],
    "ap_o_mode": ["SAT", "SAT_ZERO", "SAT_SYM", "WRAP", "WRAP_SM"],
}
_MODE = re.compile(r"\((ap_[qo]_mode)\)(\d)")
_UNSIGNED = re.compile(r"(?<=[<, ]\d)(\d*)U?L{0,2}(?=[,>])")
_DEFAULTS = re.compile(r", AP_TRN, AP_WRAP, 0>")


def _short(name: str) -> str:
    """A C++ name without default arguments of fixed-point types; their modes by name, numbers without their type."""
    name = _MODE.sub(lambda match: f"AP_{_MODES[match[1]][int(match[2])]}", _UNSIGNED.sub(r"\1", name))
    return _DEFAULTS.sub(">", name)


@dataclass(frozen=True, slots=True)
class Subprogram:
    """A C++ function: its name with template arguments and where it is."""

    name: str
    location: Location


class Metadata:
    """Resolves debug numbers; every answer is kept, so each is worked out once."""

    def __init__(self, nodes: dict[int, str], source: Path) -> None:
        self._nodes = nodes
        self._source = source
        self._files: dict[int, Path] = {}
        self._places: dict[int, Location | None] = {}

    def subprogram(self, number: int) -> Subprogram | None:
        """What `!dbg` of a definition names."""
        match = _SUBPROGRAM.search(self._nodes.get(number, ""))
        if match is None:
            return None
        name = _short(match[1].replace('\\"', '"'))
        return Subprogram(name, Location(self._file(int(match[2])), int(match[3])))

    def location(self, number: int) -> Location | None:
        """The innermost place of an instruction that is not in a synthesis header."""
        if number in self._places:
            return self._places[number]
        match = _LOCATION.search(self._nodes.get(number, ""))
        if match is None:
            return None
        place: Location | None = Location(self._file_of_scope(int(match[3])), int(match[1]), int(match[2] or 0))
        hidden = place is not None and place.file.parent == INCLUDE_DIR
        if (hidden or match[1] == "0") and match[4] is not None:
            place = self.location(int(match[4])) or place
        self._places[number] = place
        return place

    def start_of_loop(self, number: int) -> int | None:
        """The place where a loop starts: the first one in its metadata, clang's second one is its end."""
        parts = (int(found) for found in _REFERENCE.findall(self._nodes.get(number, "")))
        return next((one for one in parts if _LOCATION.search(self._nodes.get(one, ""))), None)

    def inlined_from(self, number: int) -> list[Subprogram]:
        """The functions that an instruction comes from, the innermost first."""
        units = (self.subprogram(scope) for scope, _ in self.calls_around(number))
        return [unit for unit in units if unit is not None]

    def calls_around(self, number: int) -> list[tuple[int, int]]:
        """The same as numbers: of each function, and of the place where it was called (-1: nowhere)."""
        found: list[tuple[int, int]] = []
        while (match := _LOCATION.search(self._nodes.get(number, ""))) is not None:
            scope = int(match[3])
            while "!DISubprogram(" not in (text := self._nodes.get(scope, "")) and (outer := _SCOPE.search(text)):
                scope = int(outer[1])
            number = int(match[4]) if match[4] is not None else -1
            found.append((scope, number))
        return found

    def _file_of_scope(self, number: int) -> Path:
        text = self._nodes.get(number, "")
        match = _FILE_OF.search(text)
        if match is not None:
            return self._file(int(match[1]))
        scope = _SCOPE.search(text)
        return self._file_of_scope(int(scope[1])) if scope is not None else self._source

    def _file(self, number: int) -> Path:
        if number not in self._files:
            match = _FILE.search(self._nodes.get(number, ""))
            name = match[1] if match is not None else "-"
            path = self._source if name in ("-", "<stdin>") else Path(name)
            if match is not None and not path.is_absolute() and path != self._source:
                path = Path(match[2]) / path
            self._files[number] = path
        return self._files[number]
