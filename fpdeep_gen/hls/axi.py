"""AXI4 masters of a top: one for each bundle of m_axi arguments, and what lies behind them."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.hls.interface import Argument, Interface
from fpdeep_gen.hls.layout import integers
from fpdeep_gen.hls.packing import bus_bytes, memory_packing

BORDER = 0x1000_1000  # in simulation an array begins this many elements before a border of 4 KiB
BEFORE = 24
BASE_STEP = 0x1000_0000


@dataclass(frozen=True)
class Master:
    """An array behind a master: `width` bits a word, which takes `bytes` of memory and one beat; `prefix` of its pins.

    `strobes`: bytes of a word are written one by one, as a structure has members. `base`: where a simulation puts the
    array; `offset`: whether the pin or register `pin` gives that address (else it is 0). `users`: names of the
    streams of each process that uses it. `together`: names of all arrays in its memory, its own among them.
    """

    name: str
    prefix: str
    width: int
    bytes: int
    count: int
    burst: int
    base: int
    offset: bool
    strobes: bool
    users: tuple[str, ...]
    pin: str
    together: tuple[str, ...]


@dataclass(frozen=True)
class Bus:
    """The pins of one master, `prefix` before each, and the arrays behind it; `bytes` of a beat, of the widest."""

    prefix: str
    bytes: int
    arrays: tuple[Master, ...]


def masters(interface: Interface) -> tuple[Master, ...]:
    """In the order of the arguments."""
    offsets = {one.name for one in interface.offsets}
    found = []
    for number, one in enumerate(interface.masters):
        packing = memory_packing(one.layout)
        assert packing is not None  # the interface was built with one
        size = bus_bytes(packing)
        count = packing.words * sum(1 for _ in integers(one.layout)) // len(packing.kinds)
        alone = one.name not in offsets and len(_bundle(one, interface)) > 1
        prefix = f"m_axi_{one.bundle}" + (f"_{one.name}" if alone else "")
        base = BORDER + number * BASE_STEP - BEFORE * size if one.name in offsets else 0
        burst = min(one.burst or 16, 4096 // size, 256)
        more = (burst, base, one.name in offsets, packing.strobes > 0, one.users or (one.name,), one.pin)
        together = tuple(other.name for other in interface.masters if other is one or other.memory == one.memory != "")
        found.append(Master(one.name, prefix, packing.width, size, count, *more, together))
    return tuple(found)


def _bundle(one: Argument, interface: Interface) -> list[str]:
    return [other.name for other in interface.masters if other.bundle == one.bundle]


def buses(interface: Interface) -> tuple[Bus, ...]:
    """In the order of their first arguments. An array at address 0 has a master of its own."""
    arrays: dict[str, list[Master]] = {}
    for one in masters(interface):
        arrays.setdefault(one.prefix, []).append(one)
    return tuple(Bus(prefix, max(one.bytes for one in found), tuple(found)) for prefix, found in arrays.items())


def bus_pins(bus: Bus) -> list[tuple[str, int, bool]]:
    """Name, width, direction (True: input)."""
    data = 8 * bus.bytes
    address = (("addr", 64), ("len", 8), ("size", 3), ("burst", 2), ("lock", 1), ("cache", 4), ("prot", 3), ("qos", 4))
    pins: Sequence[tuple[str, int, bool]] = [
        *((f"aw{name}", width, False) for name, width in address),
        *(("awvalid", 1, False), ("awready", 1, True)),
        *(("wdata", data, False), ("wstrb", bus.bytes, False), ("wlast", 1, False), ("wvalid", 1, False)),
        *(("wready", 1, True), ("bresp", 2, True), ("bvalid", 1, True), ("bready", 1, False)),
        *((f"ar{name}", width, False) for name, width in address),
        *(("arvalid", 1, False), ("arready", 1, True)),
        *(("rdata", data, True), ("rresp", 2, True), ("rlast", 1, True), ("rvalid", 1, True), ("rready", 1, False)),
    ]
    return [(f"{bus.prefix}_{name}", width, is_input) for name, width, is_input in pins]
