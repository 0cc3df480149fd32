"""`hls::fence`: which accesses it orders, and the words that wait until what was written to a memory is there."""

from dataclasses import dataclass, field

from fpdeep_gen.hls.frontend.objects import DataObject, External
from fpdeep_gen.hls.frontend.values import Choice, Pointer, PortTable, StreamArgument
from fpdeep_gen.hls.interface import AXI_SETTLED, AXI_WRITE, Protocol
from fpdeep_gen.hls.ir import Memory, Operation, Order, Process, StreamPort, StreamWrite
from fpdeep_gen.hls.passes.builder import Builder, is_true

FENCE, FENCE_OBJECT = "@__hls_fence", "@__hls_fence_object"
BEFORE, BEHIND = 1, 2
Fenced = StreamArgument | DataObject


@dataclass(eq=False, slots=True)
class Fence:
    """One fence of a process: the port that stands for it, and its objects, whose ports may be made later."""

    port: StreamPort
    before: tuple[Fenced, ...]
    behind: tuple[Fenced, ...]


@dataclass(eq=False, slots=True)
class FenceCalls:
    """Collects the objects of a fence, and makes it. `made`: those of all regions of the process."""

    builder: Builder
    made: list[Fence]
    _objects: list[tuple[Fenced, int]] = field(default_factory=list)

    def object(self, pointer: Pointer, side: int) -> None:
        """One object; of local variables nobody outside sees an order."""
        if isinstance(pointer, Choice):
            self.object(pointer.if_true, side)
            self.object(pointer.if_false, side)
        elif isinstance(pointer.root, StreamArgument) or (
            isinstance(pointer.root, DataObject) and pointer.root.external is not None
        ):
            self._objects.append((pointer.root, side))

    def fence(self, predicate: Operation) -> None:
        """The fence of the objects told of."""
        where = None if is_true(predicate) else predicate
        before = tuple(dict.fromkeys(one for one, side in self._objects if side & BEFORE))
        behind = tuple(dict.fromkeys(one for one, side in self._objects if side & BEHIND))
        self._objects.clear()
        bit = self.builder.constant(0, 1)
        for one in before:
            if isinstance(one, DataObject) and one.external is not None and one.external.protocol is Protocol.AXI:
                self.builder.append(StreamWrite(0, one.external.port(AXI_SETTLED, 1, False), bit, where))
        port = StreamPort(f"fence_{len(self.made) + 1}", 1, False, is_bus=True)
        self.made.append(Fence(port, before, behind))
        self.builder.append(StreamWrite(0, port, bit, where))


def finish_fences(process: Process, fences: list[Fence], table: PortTable) -> None:
    """Settles the ports of the fences of a process, and takes out the waiting for writes that it never does."""
    unneeded: set[int] = set()
    for fence in fences:
        for one in fence.before:
            external = one.external if isinstance(one, DataObject) else None
            port = external.ports.get(AXI_SETTLED) if external is not None else None
            if external is None or port is None:
                continue
            port.settles = external.ports.get(AXI_WRITE)
            if port.settles is None:
                unneeded.add(id(port))
                del external.ports[AXI_SETTLED]
        fence.port.order = Order(_accessed(fence.before, table), _accessed(fence.behind, table))
    for region in process.regions if unneeded else ():
        region.operations = [
            one for one in region.operations if not isinstance(one, StreamWrite) or id(one.stream) not in unneeded
        ]


def _accessed(objects: tuple[Fenced, ...], table: PortTable) -> frozenset[StreamPort | Memory]:
    found: list[StreamPort | Memory] = []
    for one in objects:
        if isinstance(one, StreamArgument):
            found += [port for (name, _), port in table.ports.items() if name == one.name]
            continue
        found += [bank for bank in one.banks() if isinstance(bank, Memory)]
        found += _ports(one.external)
    return frozenset(found)


def _ports(external: External | None) -> list[StreamPort]:
    return [] if external is None else list(external.ports.values())
