"""SystemVerilog of arrays between processes: one memory for each reader, its banks chosen by the address.

Where writer and reader have two ports in all, one memory holds all banks. Where they have more, each bank is a memory
of its own, whose ports belong to the side that works in it: tokens between the processes let only one do so. Where one
of them reads words at once, all banks are registers, with any number of ports.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fpdeep_gen.board.memory import is_small
from fpdeep_gen.hls.emit.memory import external_pins, external_ports
from fpdeep_gen.hls.emit.names import Namer, bits
from fpdeep_gen.hls.interface import Shared
from fpdeep_gen.hls.ir import Instance, Memory, Network, Storage
from fpdeep_gen.hls.schedule.model import MemoryPlan

_PORTS = 2  # of a memory


@dataclass(frozen=True)
class Side:
    """A process that works in an array: its instance, and its ports in the order of their numbers."""

    instance: str
    plan: MemoryPlan

    @property
    def ports(self) -> int:
        """How many it has."""
        return len(self.plan.reads)

    @property
    def at_once(self) -> bool:
        """Whether a word is there in the cycle of its address."""
        return self.plan.storage is Storage.REGISTERS


@dataclass(frozen=True)
class BetweenMemory:
    """One memory of an array: who writes it, who reads it. `prefix`: of its wires in the module."""

    prefix: str
    memory: Memory
    shared: Shared
    writer: Side | None
    readers: tuple[Side, ...]

    def sides(self) -> Iterator[tuple[Side, str]]:
        """Each with the prefix of its wires."""
        if self.writer is not None:
            yield self.writer, f"{self.prefix}_w"
        for number, one in enumerate(self.readers):
            yield one, f"{self.prefix}_r{number}"

    @property
    def copies(self) -> tuple[tuple[Side, ...], ...]:
        """The sides of each copy: the writer and one reader."""
        own = () if self.writer is None else (self.writer,)
        return tuple((*own, one) for one in self.readers) or (own,)

    def is_registers(self, copy: Sequence[Side]) -> bool:
        """Whether all words are registers."""
        return any(side.at_once for side in copy)

    def is_split(self, copy: Sequence[Side]) -> bool:
        """Whether each bank is a memory of its own."""
        return sum(side.ports for side in copy) > _PORTS and not self.is_registers(copy)

    def is_block(self, copy: Sequence[Side]) -> bool:
        """Block RAM, because a pragma says so, two ports write, or by its size."""
        if self.is_registers(copy):
            return False
        if max(sum(bool(port.stores) for port in side.plan.writes) for side in copy) > 1:
            return True
        if self.shared.block is not None:
            return self.shared.block
        words = self.shared.words if self.is_split(copy) else self.shared.span
        return not is_small(self.memory.width, words)

    def style(self, copy: Sequence[Side]) -> str:
        """What a copy is built of."""
        return "registers" if self.is_registers(copy) else "block" if self.is_block(copy) else "distributed"


def find_between(network: Network, plans: Mapping[int, Sequence[MemoryPlan]], namer: Namer) -> list[BetweenMemory]:
    """The memories between the processes of a network; `plans` of external memories by id(process)."""
    sides: dict[str, list[Side]] = {}
    for instance in network.instances:
        for plan in plans[id(instance.process)]:
            if plan.memory.shared is not None:
                sides.setdefault(plan.memory.name, []).append(Side(instance.name, plan))
    found = []
    for name, users in sides.items():
        memory = users[0].plan.memory
        assert memory.shared is not None
        writer = next((one for one in users if _fills(one, network)), None)
        readers = tuple(one for one in users if one is not writer)
        found.append(BetweenMemory(namer.take(name, alone=False), memory, memory.shared, writer, readers))
    return found


def _fills(side: Side, network: Network) -> bool:
    """Whether it is the one that hands the array on: it writes the words that say so."""
    assert side.plan.memory.shared is not None
    array = side.plan.memory.shared.array
    instance = next(one for one in network.instances if one.name == side.instance)
    return any(port.guards == array and not port.is_input for port in instance.process.ports)


def connections(found: Sequence[BetweenMemory], instance: Instance) -> dict[str, str]:
    """By the name of a memory the prefix of its wires at one instance."""
    return {one.memory.name: prefix for one in found for side, prefix in one.sides() if side.instance == instance.name}


def between_text(one: BetweenMemory) -> list[str]:
    """Wires at all sides, and the memories."""
    lines: list[str] = []
    for side, prefix in one.sides():
        for _, width, pin in external_pins(one.memory, prefix, external_ports(side.plan)):
            lines.append(f"wire {bits(width)}{pin};")
    prefixes = {id(side): prefix for side, prefix in one.sides()}
    outputs: set[str] = set()
    for number, copy in enumerate(one.copies):
        make = _split if one.is_split(copy) else _joined
        lines += make(one, number, [(side, prefixes[id(side)]) for side in copy], outputs)
    return lines


def _declared(one: BetweenMemory, name: str, words: int, style: str) -> list[str]:
    return [
        f'(* ram_style = "{style}" *) reg {bits(one.memory.width)}{name}[0:{words - 1}];',
        f"initial for (int index = 0; index < {words}; index++) {name}[index] = '0;",
    ]


def _joined(one: BetweenMemory, number: int, copy: list[tuple[Side, str]], outputs: set[str]) -> list[str]:
    """All banks in one memory."""
    name = f"{one.prefix}_words{number}"
    lines = _declared(one, name, one.shared.span, one.style([side for side, _ in copy]))
    body: list[str] = []
    for side, prefix in copy:
        for port in external_ports(side.plan):
            at = port.number
            if port.writes:
                body.append(f"if ({prefix}_we{at}) {name}[{prefix}_address{at}] <= {prefix}_d{at};")
            if port.reads and f"{prefix}_q{at}" not in outputs:
                outputs.add(f"{prefix}_q{at}")
                if side.at_once:
                    lines.append(f"assign {prefix}_q{at} = {name}[{prefix}_address{at}];")
                    continue
                lines += _output(one, f"{prefix}_q{at}")
                body.append(f"if ({prefix}_ce{at}) {prefix}_q{at}_word <= {name}[{prefix}_address{at}];")
    return [*lines, "always_ff @(posedge ap_clk) begin", *(f"  {line}" for line in body), "end"]


def _output(one: BetweenMemory, pin: str) -> list[str]:
    return [f"reg {bits(one.memory.width)}{pin}_word;", f"assign {pin} = {pin}_word;"]


def _split(one: BetweenMemory, number: int, copy: list[tuple[Side, str]], outputs: set[str]) -> list[str]:
    """A memory a bank; port n of each belongs to the writer's or the reader's port n."""
    shared, width, lines = one.shared, one.memory.width, list[str]()
    high = max(1, (shared.span - 1).bit_length()) - 1
    index = f"[{shared.shift - 1}:0]" if shared.shift else ""
    style = one.style([side for side, _ in copy])
    for bank in range(shared.banks):
        name = f"{one.prefix}_bank{number}_{bank}"
        lines += _declared(one, name, shared.words, style)
        body: list[str] = []
        for at in range(max(side.ports for side, _ in copy)):
            users = [(prefix, port) for side, prefix in copy for port in external_ports(side.plan) if port.number == at]
            hits = [f"{name}_{place}_hit{at}" for place in range(len(users))]
            for hit, (prefix, _) in zip(hits, users, strict=True):
                where = f"{prefix}_address{at}{_number(one, high)}"
                lines.append(f"wire {hit} = {prefix}_ce{at} & ({where} == {high - shared.shift + 1}'d{bank});")
            address = "'0"
            if shared.shift:
                address = _choice(hits, [f"{prefix}_address{at}{index}" for prefix, _ in users])
            lines.append(f"wire {bits(max(1, shared.shift))}{name}_address{at} = {address};")
            writing = [(hit, prefix) for hit, (prefix, port) in zip(hits, users, strict=True) if port.writes]
            if writing:
                enable = " | ".join(f"({hit} & {prefix}_we{at})" for hit, prefix in writing)
                value = _choice([hit for hit, _ in writing], [f"{prefix}_d{at}" for _, prefix in writing])
                body.append(f"if ({enable}) {name}[{name}_address{at}] <= {value};")
            if any(port.reads for _, port in users):
                lines.append(f"reg {bits(width)}{name}_q{at};")
                body.append(f"if ({' | '.join(hits)}) {name}_q{at} <= {name}[{name}_address{at}];")
        lines += ["always_ff @(posedge ap_clk) begin", *(f"  {line}" for line in body), "end"]
    for side, prefix in copy:
        for port in external_ports(side.plan):
            pin = f"{prefix}_q{port.number}"
            if port.reads and pin not in outputs:
                outputs.add(pin)
                lines += _chosen_output(one, number, prefix, port.number, high)
    return lines


def _number(one: BetweenMemory, high: int) -> str:
    """The part of an address that is the bank's number: all of it, one bit, where a bank is a word."""
    return f"[{high}:{one.shared.shift}]" if high else ""


def _chosen_output(one: BetweenMemory, number: int, prefix: str, at: int, high: int) -> list[str]:
    """The word of the bank that was asked last."""
    shared, last = one.shared, f"{prefix}_q{at}_bank"
    size = high - shared.shift + 1
    words = [f"{one.prefix}_bank{number}_{bank}_q{at}" for bank in range(shared.banks)]
    conditions = [f"{last} == {size}'d{bank}" for bank in range(shared.banks)]
    return [
        f"reg {bits(size)}{last};",
        f"always_ff @(posedge ap_clk) if ({prefix}_ce{at}) {last} <= {prefix}_address{at}{_number(one, high)};",
        f"assign {prefix}_q{at} = {_choice(conditions, words)};",
    ]


def _choice(conditions: Sequence[str], values: Sequence[str]) -> str:
    head = [f"({one}) ? {value} : " for one, value in zip(conditions[:-1], values[:-1], strict=True)]
    return "".join(head) + values[-1]
