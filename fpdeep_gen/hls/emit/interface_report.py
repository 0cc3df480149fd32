"""What a report tells of the top's interface: enough to drive its pins."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fpdeep_gen.hls.emit.memory import external_ports
from fpdeep_gen.hls.interface import Argument, Control, Direction, Interface, Kind, Protocol
from fpdeep_gen.hls.layout import parse_layout
from fpdeep_gen.hls.registers import Register, register_map
from fpdeep_gen.hls.schedule.model import MemoryPlan


@dataclass(frozen=True)
class MemoryPorts:
    """One external memory, pins `<name>_address<port>` and so on.

    `words`: which integer of the argument each word is.
    `ports`: of each port, whether it reads and whether it writes.
    """

    name: str
    argument: str
    width: int
    depth: int
    words: tuple[int, ...]
    ports: tuple[tuple[bool, bool], ...]


@dataclass(frozen=True)
class ArgumentReport:
    """An argument of the top; the texts are those of `Argument`'s fields."""

    name: str
    place: int
    kind: str
    direction: str
    protocol: str
    layout: str
    count: int
    bundle: str
    by_pointer: bool
    burst: int
    lasting: bool = False
    memory: str = ""
    path: str = ""

    def argument(self) -> Argument:
        """With its types."""
        kinds = Kind(self.kind), Direction(self.direction), Protocol(self.protocol)
        layout = parse_layout(self.layout)
        made = Argument(self.name, self.place, *kinds, layout, self.count, self.bundle, self.by_pointer, self.burst)
        return replace(made, lasting=self.lasting, memory=self.memory, path=self.path)


@dataclass(frozen=True)
class InterfaceReport:
    """The block-level protocol, the arguments in order, the memories behind the pins."""

    control: str
    overlapped: bool
    control_lite: bool
    arguments: tuple[ArgumentReport, ...]
    memories: tuple[MemoryPorts, ...]
    registers: tuple[Register, ...]
    offsets: tuple[ArgumentReport, ...] = ()
    restarts: bool = False

    def interface(self) -> Interface:
        """With its types."""
        arguments = tuple(one.argument() for one in self.arguments)
        offsets = tuple(one.argument() for one in self.offsets)
        return Interface(Control(self.control), arguments, self.overlapped, self.control_lite, offsets, self.restarts)

    @staticmethod
    def from_data(data: dict[str, Any]) -> "InterfaceReport":
        """From the report's JSON."""
        return InterfaceReport(
            data["control"],
            data["overlapped"],
            data["control_lite"],
            tuple(ArgumentReport(**one) for one in data["arguments"]),
            tuple(_memory_from(one) for one in data["memories"]),
            tuple(Register(**one) for one in data["registers"]),
            tuple(ArgumentReport(**one) for one in data["offsets"]),
            data["restarts"],
        )


def _memory_from(data: dict[str, Any]) -> MemoryPorts:
    ports = tuple((bool(reads), bool(writes)) for reads, writes in data["ports"])
    words = tuple(data["words"])
    return MemoryPorts(data["name"], data["argument"], data["width"], data["depth"], words, ports)


def _argument_report(one: Argument) -> ArgumentReport:
    kinds = (one.kind.value, one.direction.value, one.protocol.value, str(one.layout))
    made = ArgumentReport(one.name, one.place, *kinds, one.count, one.bundle, one.by_pointer, one.burst)
    return replace(made, lasting=one.lasting, memory=one.memory, path=one.path)


def interface_report(interface: Interface | None, plans: Sequence[MemoryPlan]) -> InterfaceReport | None:
    """The report of a top whose interface is known."""
    if interface is None:
        return None
    arguments = tuple(map(_argument_report, interface.arguments))
    memories = []
    for plan in plans:
        origin = plan.memory.origin
        assert origin is not None
        ports = tuple((port.reads, port.writes) for port in external_ports(plan))
        memories.append(
            MemoryPorts(plan.memory.name, origin.argument, plan.memory.width, plan.memory.depth, origin.words, ports)
        )
    return InterfaceReport(
        interface.control.value,
        interface.overlapped,
        interface.control_lite,
        arguments,
        tuple(memories),
        register_map(interface),
        tuple(map(_argument_report, interface.offsets)),
        interface.restarts,
    )
