"""Several regions, non-blocking accesses, orders between streams, networks with feedback, the FIFO's capacity."""

from pathlib import Path
from random import Random

import pytest

from fpdeep_gen.errors import InputError, ToolError
from fpdeep_gen.hls.compile import CompiledKernel, compile_module, lint
from fpdeep_gen.hls.ir import (
    BinaryKind,
    CompareKind,
    Exit,
    Instance,
    Module,
    Network,
    Process,
    Storage,
    Stream,
    StreamPort,
)
from fpdeep_gen.hls.simulate import simulate_streams
from tests.hls.backend.build_ir import ProcessBuilder

STALLS = (0.0, 0.4)


def compiled(top: Process | Network, processes: list[Process], folder: Path) -> CompiledKernel:
    kernel = compile_module(Module(top, processes), folder)
    lint(kernel)
    return kernel


def single(process: Process, folder: Path) -> CompiledKernel:
    return compiled(process, [process], folder)


def store_process(storage: Storage) -> Process:
    """Command 1: eight words into a memory; command 2: the eight words, each plus its place, out."""
    builder = ProcessBuilder.named("store")
    command, load, dump = builder.input("command", 4), builder.input("load", 24), builder.output("dump", 24)
    place = builder.variable("place", 8)
    words = builder.memory("words", 24, 8, storage=storage)
    entry = builder.region("entry")
    loading, dumping = builder.region("loading", ii=1), builder.region("dumping", ii=1)
    order = entry.read(command)
    entry.region.set(place, entry.const(0, 8))
    entry.region.exits += [
        Exit(entry.equal(order, 1), loading.region),
        Exit(entry.equal(order, 2), dumping.region),
        Exit(None, entry.region),
    ]
    at, last = loading.count(place, 8)
    loading.store(words, at, loading.read(load))
    loading.loop(last, entry.region)
    at, last = dumping.count(place, 8)
    dumping.write(dump, dumping.add(dumping.load(words, at), dumping.zext(at, 24)))
    dumping.loop(last, entry.region)
    return builder.process


@pytest.mark.parametrize("storage", [Storage.BLOCK, Storage.DISTRIBUTED])
def test_regions_take_turns(tmp_path: Path, storage: Storage) -> None:
    kernel = single(store_process(storage), tmp_path)
    assert [region.ii for region in kernel.report.processes[0].regions] == [1, 1, 1]
    assert kernel.report.processes[0].memories[0].storage == storage.name.lower()
    random = Random(1)
    first, second = ([random.getrandbits(24) for _ in range(8)] for _ in range(2))
    inputs = {"command": [1, 2, 9, 2, 1, 2], "load": [*first, *second]}
    expected = [(word + at) % (1 << 24) for part in (first, first, second) for at, word in enumerate(part)]
    for stall in STALLS:
        assert simulate_streams(kernel, inputs, {"dump": 24}, stall).outputs["dump"] == expected
    # one cycle an entry, eight a loop, the handover costs the depth of the loops alone
    depth = sum(region.depth - 1 for region in kernel.report.processes[0].regions[1:])
    assert simulate_streams(kernel, inputs, {"dump": 24}).cycles <= 6 + 5 * 8 + 3 * depth + 4


def merge_process() -> Process:
    """Takes from `left` and from `right` what is there (both in one step), adds, sends each with a mark of its side."""
    builder = ProcessBuilder.named("merge")
    left, right, sink = builder.input("left", 8), builder.input("right", 8), builder.output("sink", 9)
    block = builder.region("merge", ii=1)
    ready = block.no(block.full(sink))
    from_left = block.try_read(left, ready)
    got_left = block.binary(BinaryKind.AND, ready, block.extract(from_left, 8, 1))
    other = block.binary(BinaryKind.AND, ready, block.no(got_left))
    present = block.no(block.empty(right))
    take_right = block.binary(BinaryKind.AND, other, present)
    from_right = block.read(right, take_right)
    marked_left = block.concat(block.extract(from_left, 0, 8), block.const(0, 1))
    marked_right = block.concat(from_right, block.const(1, 1))
    any_word = block.binary(BinaryKind.OR, got_left, take_right)
    block.try_write(sink, block.select(got_left, marked_left, marked_right), any_word)
    block.loop()
    return builder.process


def test_non_blocking_accesses(tmp_path: Path) -> None:
    kernel = single(merge_process(), tmp_path)
    region = kernel.report.processes[0].regions[0]
    assert (region.ii, region.limit) == (1, "")
    left, right = list(range(100)), list(range(100, 180))
    for stall in STALLS:
        got = simulate_streams(kernel, {"left": left, "right": right}, {"sink": 180}, stall, seed=7).outputs["sink"]
        assert [word for word in got if not word >> 8] == left
        assert [word & 0xFF for word in got if word >> 8] == right


def test_two_reads_of_one_stream_need_two_cycles(tmp_path: Path) -> None:
    builder = ProcessBuilder.named("pairs")
    source, sink = builder.input("source", 16), builder.output("sink", 32)
    block = builder.region("pairs", ii=1)
    block.write(sink, block.concat(block.read(source), block.read(source)))
    block.loop()
    kernel = single(builder.process, tmp_path)
    region = kernel.report.processes[0].regions[0]
    assert region.ii == 2
    assert "stream source" in region.limit
    words = list(range(1, 101))
    for stall in STALLS:
        got = simulate_streams(kernel, {"source": words}, {"sink": 50}, stall).outputs["sink"]
        assert got == [a | b << 16 for a, b in zip(words[::2], words[1::2], strict=True)]


def test_reads_that_exclude_one_another_share_the_port(tmp_path: Path) -> None:
    """Even words go out as they are; after an odd word, in the same step's other branch, its double goes out."""
    builder = ProcessBuilder.named("branches")
    choose, source, sink = builder.input("choose", 2), builder.input("source", 16), builder.output("sink", 16)
    block = builder.region("branches", ii=1)
    choice = block.read(choose)
    plain, doubled = block.equal(choice, 0), block.equal(choice, 1)
    word = block.read(source, plain)
    block.write(sink, word, plain)
    other = block.read(source, doubled)
    block.write(sink, block.add(other, other), doubled)
    block.loop()
    kernel = single(builder.process, tmp_path)
    assert kernel.report.processes[0].regions[0].ii == 1
    random = Random(3)
    choices = [random.randrange(3) for _ in range(200)]
    words = [random.getrandbits(16) for choice in choices if choice != 2]
    taken = iter(words)
    expected = [(next(taken) * (1 + choice)) % (1 << 16) for choice in choices if choice != 2]
    for stall in STALLS:
        result = simulate_streams(kernel, {"choose": choices, "source": words}, {"sink": len(words)}, stall)
        assert result.outputs["sink"] == expected


def feedback_network(depth: int) -> tuple[Network, list[Process]]:
    """`adder` adds a word and what comes back; `tee` sends the sum out and back."""
    adder = ProcessBuilder.named("adder")
    own, back, result = adder.input("own", 32), adder.input("back", 32), adder.output("result", 32)
    block, first = adder.region("add", ii=1), adder.variable("first", 1, initial=1)
    waited = block.no(block.get(first))
    old = block.select(waited, block.read(back, waited), block.const(0, 32))
    block.write(result, block.add(block.read(own), old))
    block.region.set(first, block.const(0, 1))
    block.loop()
    tee = ProcessBuilder.named("tee")
    source, out, again = tee.input("source", 32), tee.output("out", 32), tee.output("again", 32)
    block = tee.region("tee", ii=1)
    word = block.read(source)
    block.write(out, word)
    block.write(again, word)
    block.loop()
    top_in, top_out = StreamPort("words", 32, True), StreamPort("sums", 32, False)
    sums, loop = Stream("partial", 32, depth), Stream("loop", 32, depth)
    network = Network(
        "running",
        [top_in, top_out],
        [sums, loop],
        [
            Instance("adder_0", adder.process, (top_in, loop, sums)),
            Instance("tee_0", tee.process, (sums, top_out, loop)),
        ],
    )
    return network, [adder.process, tee.process]


@pytest.mark.parametrize("depth", [1, 2, 80])
def test_network_with_feedback(tmp_path: Path, depth: int) -> None:
    network, processes = feedback_network(depth)
    kernel = compiled(network, processes, tmp_path)
    assert [(fifo.name, fifo.depth) for fifo in kernel.report.fifos] == [("partial", depth), ("loop", depth)]
    words = [3 * number + 1 for number in range(60)]
    expected = [sum(words[: number + 1]) for number in range(60)]
    for stall in STALLS:
        assert simulate_streams(kernel, {"words": words}, {"sums": 60}, stall).outputs["sums"] == expected


@pytest.mark.parametrize(("depth", "storage"), [(1, Storage.AUTO), (2, Storage.AUTO), (7, Storage.DISTRIBUTED)])
def test_a_fifo_holds_exactly_its_depth(tmp_path: Path, depth: int, storage: Storage) -> None:
    check_capacity(tmp_path, depth, storage)


@pytest.mark.parametrize("depth", [1, 8])
def test_a_block_ram_fifo_holds_exactly_its_depth(tmp_path: Path, depth: int) -> None:
    check_capacity(tmp_path, depth, Storage.BLOCK)


def check_capacity(folder: Path, depth: int, storage: Storage) -> None:
    """A writer counts how many words it got rid of before the FIFO was full; only then it lets the reader begin."""
    writer = ProcessBuilder.named("writer")
    count, queue, done = writer.variable("count", 16), writer.output("queue", 16), writer.output("done", 16)
    go = writer.output("go", 1)
    fill, tell = writer.region("fill", ii=1), writer.region("tell")
    number = fill.get(count)
    full = fill.full(queue)
    fill.write(queue, number, fill.no(full))
    fill.region.set(count, fill.select(full, number, fill.add(number, fill.const(1, 16))))
    fill.region.exits += [Exit(full, tell.region), Exit(None, fill.region)]
    tell.write(done, tell.get(count))
    tell.write(go, tell.const(1, 1))
    rest = writer.region("rest", ii=1)
    tell.then(rest.region)
    rest.loop()
    reader = ProcessBuilder.named("reader")
    start, source, sink = reader.input("start", 1), reader.input("source", 16), reader.output("sink", 16)
    wait, copy = reader.region("wait"), reader.region("copy", ii=1)
    wait.read(start)
    wait.then(copy.region)
    copy.write(sink, copy.read(source))
    copy.loop()
    told, taken = StreamPort("told", 16, False), StreamPort("taken", 16, False)
    between, begin = Stream("between", 16, depth, storage), Stream("begin", 1, 2)
    network = Network(
        "capacity",
        [told, taken],
        [between, begin],
        [
            Instance("writer_0", writer.process, (between, told, begin)),
            Instance("reader_0", reader.process, (begin, between, taken)),
        ],
    )
    kernel = compiled(network, [writer.process, reader.process], folder)
    result = simulate_streams(kernel, {}, {"told": 1, "taken": depth})
    assert result.outputs == {"told": [depth], "taken": list(range(depth))}


def test_a_stall_names_streams(tmp_path: Path) -> None:
    network, processes = feedback_network(2)
    kernel = compiled(network, processes, tmp_path)
    with pytest.raises(ToolError) as raised:
        simulate_streams(kernel, {"words": [1, 2]}, {"sums": 3}, timeout_cycles=100)
    assert "port sums: 2 of 3 words" in raised.value.log
    assert "fifo loop: 1 of 2 words, 2 in all" in raised.value.log


def test_streams_without_two_ends_are_named(tmp_path: Path) -> None:
    network, processes = feedback_network(2)
    network.streams.append(Stream("loose", 8))
    with pytest.raises(InputError) as raised:
        compile_module(Module(network, processes), tmp_path)
    assert str(raised.value) == "stream loose: expected one writer and one reader, found 0 and 0"


def test_signed_comparison_and_shifts(tmp_path: Path) -> None:
    """One expression of each kind against Python's integers."""
    builder = ProcessBuilder.named("alu")
    source, sink = builder.input("source", 24), builder.output("sink", 40)
    block = builder.region("alu", ii=1)
    word = block.read(source)
    a, b = block.extract(word, 0, 12), block.extract(word, 12, 12)
    less = block.compare(CompareKind.SLT, a, b)
    shifted = block.binary(BinaryKind.ASHR, a, block.zext(block.extract(b, 0, 3), 12))
    product = block.trunc(block.binary(BinaryKind.MUL, block.sext(a, 32), block.sext(b, 32)), 24)
    block.write(sink, block.concat(less, block.const(5, 3), shifted, product))
    block.loop()
    kernel = single(builder.process, tmp_path)
    random = Random(9)
    words = [random.getrandbits(24) for _ in range(200)]
    expected = []
    for word in words:
        left, right = ((part - 4096 if part >> 11 else part) for part in (word & 0xFFF, word >> 12))
        value = int(left < right) | 5 << 1 | ((left >> (word >> 12 & 7)) & 0xFFF) << 4
        expected.append(value | (left * right & 0xFFFFFF) << 16)
    assert simulate_streams(kernel, {"source": words}, {"sink": 200}, 0.2).outputs["sink"] == expected


def test_a_zero_extension_of_a_sign_extension(tmp_path: Path) -> None:
    """Sign extension to 8 bits, then zero extension, unsigned comparison and division of the 8 bits."""
    builder = ProcessBuilder.named("extensions")
    source, sink = builder.input("source", 8), builder.output("sink", 25)
    block = builder.region("extensions", ii=1)
    word = block.read(source)
    a, b = block.sext(block.extract(word, 0, 4), 8), block.sext(block.extract(word, 4, 4), 8)
    less = block.compare(CompareKind.ULT, a, b)
    quotient = block.binary(BinaryKind.UDIV, a, block.binary(BinaryKind.OR, b, block.const(1, 8)))
    block.write(sink, block.concat(block.zext(a, 16), less, quotient))
    block.loop()
    kernel = single(builder.process, tmp_path)
    words = list(range(256))
    expected = []
    for word in words:
        left, right = ((part - 16 if part >> 3 else part) % 256 for part in (word & 15, word >> 4))
        expected.append(left | int(left < right) << 16 | (left // (right | 1)) << 17)
    assert simulate_streams(kernel, {"source": words}, {"sink": 256}, 0.2).outputs["sink"] == expected
