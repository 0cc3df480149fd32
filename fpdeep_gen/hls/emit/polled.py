"""Ports of the top that a process asks whether there is a word, or room: results may depend on when words come."""

from fpdeep_gen.hls.ir import Network, Process, StreamEmpty, StreamFull, StreamPort, StreamTryRead, StreamTryWrite

_ASKS = (StreamEmpty, StreamFull, StreamTryRead, StreamTryWrite)


def polled_ports(network: Network) -> frozenset[str]:
    """Their names."""
    found: set[str] = set()
    for instance in network.instances:
        asked = _asked(instance.process)
        for port, bound in zip(instance.process.ports, instance.bindings, strict=True):
            if id(port) in asked and isinstance(bound, StreamPort):
                found.add(bound.name)
    return frozenset(found)


def _asked(process: Process) -> frozenset[int]:
    operations = (one for region in process.regions for one in region.operations)
    return frozenset(id(one.stream) for one in operations if isinstance(one, _ASKS))
