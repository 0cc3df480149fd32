"""What the chain needs to know of a board's RTL: its sources, its stream ports and its FIFOs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.errors import ToolError
from fpdeep_gen.sim.words import chunks


@dataclass(frozen=True)
class RtlPort:
    """A stream port `name` of `bits` bits; `is_input`: the board reads it."""

    name: str
    bits: int
    is_input: bool

    @property
    def chunks(self) -> int:
        """uint32 a word."""
        return chunks(self.bits)


@dataclass(frozen=True)
class RtlFifo:
    """A FIFO of `depth` words of `width` bits, instance `u_<name>` of the top."""

    name: str
    width: int
    depth: int


@dataclass(frozen=True)
class RtlBoard:
    """RTL of one board: module `top` in `sources`."""

    top: str
    sources: tuple[Path, ...]
    ports: tuple[RtlPort, ...]
    fifos: tuple[RtlFifo, ...]

    def port(self, name: str) -> RtlPort | None:
        """The port of that name, if there is one."""
        return next((port for port in self.ports if port.name == name), None)


def load_rtl_board(directory: Path, top: str) -> RtlBoard:
    """Read `<directory>/<top>.json`, which the compiler wrote beside the RTL. `ToolError` if that is not readable."""
    description = directory / f"{top}.json"
    try:
        data = json.loads(description.read_text(encoding="utf-8"))
        return RtlBoard(
            top=top,
            sources=tuple(sorted(directory.glob("*.sv"))),
            ports=_ports(data["ports"]),
            fifos=_fifos(data["fifos"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{description}: expected the description of compiled RTL, found {error!r}") from error


def _ports(entries: Sequence[Mapping[str, object]]) -> tuple[RtlPort, ...]:
    return tuple(RtlPort(str(entry["name"]), int(str(entry["width"])), bool(entry["is_input"])) for entry in entries)


def _fifos(entries: Sequence[Mapping[str, object]]) -> tuple[RtlFifo, ...]:
    return tuple(RtlFifo(str(entry["name"]), int(str(entry["width"])), int(str(entry["depth"]))) for entry in entries)
