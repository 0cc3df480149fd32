"""Rows on their way: over links, and added up from several sides."""

from collections.abc import Sequence

from fpdeep_gen.sim.rows.events import Events, Steps
from fpdeep_gen.sim.rows.fifos import Fifo
from fpdeep_gen.sim.rows.streams import Output, Passage, Source, Stream


def carry(
    events: Events,
    stream: Stream,
    latency: float,
    sources: list[Source],
    after: Passage,
    fifo: Fifo,
    sizes: Sequence[int],
) -> Steps:
    """Sends all rows of `sizes` images at a time: what the sending board makes itself and what comes over the link
    before. Nothing else is on the stream's part of the link, so a row's begin and end are reckoned as soon as they are
    known: it ends no sooner than the FIFO behind the link has room for it."""
    free, number = 0.0, 0
    begins, ends = after.output.begins, after.output.ends
    for group, size in enumerate(sizes):
        cycles = size * stream.bits / fifo.rows / stream.rate
        for row in range(fifo.rows):
            begin, whole = free, 0.0
            for source in sources:
                place = group * source.steps + source.needed[row]
                if source.output.begun.count < place:
                    yield source.output.begun, place
                begin = max(begin, source.output.begins[place - 1])
            begins.append(begin + latency)
            events.count(after.output.begun)
            for source in sources:
                place = group * source.steps + source.needed[row]
                if source.output.known.count < place:
                    yield source.output.known, place
                whole = max(whole, source.output.ends[place - 1])
            come = max(begin + cycles, whole) + latency
            yield from fifo.wait(number, begin + latency, come, size)
            free, number = fifo.ends - latency, number + 1
            ends.append(fifo.ends)
            events.count(after.output.known)
            if after.taken:
                events.count_at(fifo.ends, after.output.made)
        stream.sent += size * stream.bits


def add_up(events: Events, sources: list[Source], sums: Output, count: int) -> Steps:
    """Adds up rows of `count` groups of all sources as their bits come."""
    for group in range(count):
        for row in range(len(sources[0].needed)):
            begin = end = 0.0
            for source in sources:
                place = group * source.steps + source.needed[row]
                if source.output.begun.count < place:
                    yield source.output.begun, place
                begin = max(begin, source.output.begins[place - 1])
            sums.begins.append(begin)
            events.count(sums.begun)
            for source in sources:
                place = group * source.steps + source.needed[row]
                if source.output.known.count < place:
                    yield source.output.known, place
                end = max(end, source.output.ends[place - 1])
            sums.ends.append(end)
            events.count(sums.known)
            events.count_at(end, sums.made)
