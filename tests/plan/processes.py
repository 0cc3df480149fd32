"""The processes of hls_kernels/ as loop nests between FIFOs with their depths, cycle by cycle and without data."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from fpdeep_gen.emit import control_configs as control
from fpdeep_gen.emit import engine_configs as engines
from fpdeep_gen.emit import map_configs as maps
from fpdeep_gen.emit.configs import Config

Run = Iterator[None]

FIFO_DELAY = 1
ENGINE_DELAY = 3
WINDOW_DELAY = 0
STEP_DELAY = 0

CREDIT_BATCH = 8
CREDIT_AGE = 32


class Clock:
    """The cycle all parts of a chain are in, and whether anything moved lately."""

    def __init__(self) -> None:
        self.now = 0
        self.moved = 0


class Fifo:
    """`depth` words. One that its writer sends off at cycle t arrives after the `delay` of the writer's pipeline, which
    holds as many words beside."""

    def __init__(self, clock: Clock, name: str, depth: int) -> None:
        self.clock = clock
        self.name = name
        self.depth = depth
        self.words: deque[tuple[int, int]] = deque()
        self.delay = 0
        self.peak = 0

    @property
    def ready(self) -> bool:
        return bool(self.words) and self.words[0][0] <= self.clock.now

    @property
    def room(self) -> bool:
        return len(self.words) < self.depth + self.delay

    def put(self, value: int = 0, delay: int = 0) -> None:
        self.words.append((self.clock.now + delay + FIFO_DELAY, value))
        self.delay = max(self.delay, delay)
        self.peak = max(self.peak, len(self.words))
        self.clock.moved = self.clock.now

    def take(self) -> int:
        self.clock.moved = self.clock.now
        return self.words.popleft()[1]


def when(reads: Sequence[Fifo], writes: Sequence[Fifo]) -> Run:
    """Waits until all of `reads` have a word and all of `writes` have room."""
    while not (all(fifo.ready for fifo in reads) and all(fifo.room for fifo in writes)):
        yield


def fork(clock: Clock, config: maps.ForkFeaturesConfig, command: Fifo, source: Fifo, *sinks: Fifo) -> Run:
    while True:
        yield from when([command], [])
        for _ in range(command.take() * config.words):
            yield from when([source], sinks)
            source.take()
            for sink in sinks:
                sink.put(delay=STEP_DELAY)
            yield


def window(clock: Clock, config: engines.WindowConfig, source: Fifo, patches: Fifo) -> Run:
    slots = max(config.kernel_size + 1, 2 * (config.kernel_size - config.padding))
    row_words = config.groups * config.columns
    tap_groups = config.kernel_size**2 // config.p_tap
    subs = config.lanes // config.p_in
    row_patches = config.repeat * config.groups * tap_groups * subs * config.out_columns
    first_rows = min(config.kernel_size - config.padding, config.rows)
    held = word = patch = row = 0
    needed = first_rows
    while True:
        emits = held >= needed
        if emits:
            yield from when([], [patches])
        freed = 0
        if emits:
            patches.put(delay=WINDOW_DELAY)
            patch += 1
            if patch == row_patches:
                patch = 0
                if row == config.out_rows - 1:
                    freed, needed, row = needed, first_rows, 0
                else:
                    top_inside = row >= config.padding
                    bottom_grows = row < config.rows + config.padding - config.kernel_size
                    freed = int(top_inside)
                    needed += int(bottom_grows) - int(top_inside)
                    row += 1
        if held < slots and source.ready:
            source.take()
            word += 1
            if word == row_words:
                word = 0
                held += 1
        held -= freed
        yield


def engine(clock: Clock, config: engines.ConvEngineConfig, *fifos: Fifo) -> Run:
    patches, weights, credits, *rest = fifos
    partial = rest[0] if len(rest) == 2 else None
    out = rest[-1]
    subs = config.lanes // config.p_in
    out_subs = config.out_lanes // config.p_out
    inputs = config.in_groups * config.tap_groups * subs
    while True:
        for step in range(config.out_rows * config.out_groups * inputs):
            first, last = step % inputs == 0, step % inputs == inputs - 1
            for place in range(config.out_columns * out_subs):
                begins, ends = place % out_subs == 0, place % out_subs == out_subs - 1
                reads = [patches] if begins else []
                takes = place == 0 and step % subs == 0
                if takes:
                    reads.append(weights)
                if first and begins and partial is not None:
                    reads.append(partial)
                writes = ([credits] if takes else []) + ([out] if last and ends else [])
                yield from when(reads, writes)
                for fifo in reads:
                    fifo.take()
                for fifo in writes:
                    fifo.put(delay=ENGINE_DELAY if fifo is out else STEP_DELAY)
                yield


def gradient(
    clock: Clock,
    config: engines.GradientEngineConfig,
    command: Fifo,
    patches: Fifo,
    errors: Fifo,
    out: Fifo,
    ends: list[int],
) -> Run:
    inputs = config.in_groups * config.tap_groups * (config.lanes // config.p_in)
    words = config.out_groups * config.in_groups * config.tap_groups
    parts = config.lanes * config.p_out * config.p_tap // config.update_lanes
    while True:
        yield from when([command], [])
        for _ in range(command.take()):
            for step in range(config.out_rows * config.out_groups * inputs):
                for _ in range(config.out_columns):
                    reads = [patches, errors] if step % inputs == 0 else [patches]
                    yield from when(reads, [])
                    for fifo in reads:
                        fifo.take()
                    yield
            ends.append(clock.now + ENGINE_DELAY)
        for _ in range(ENGINE_DELAY):
            yield
        for _ in range(words * parts):
            yield from when([], [out])
            out.put(delay=STEP_DELAY)
            yield


def store(
    clock: Clock, config: engines.WeightStoreFirstConfig, command: Fifo, load: Fifo, dump: Fifo, *fifos: Fifo
) -> Run:
    gradients, *served = fifos
    words = config.out_groups * config.in_groups * config.tap_groups
    parts = config.p_in * config.p_out * config.p_tap // config.update_lanes
    served_engines = list(zip(served[::2], served[1::2], strict=True))
    credits = [config.credits] * len(served_engines)
    passes = [config.forward_passes, config.backward_passes][: len(served_engines)]
    while True:
        yield from when([command], [])
        images = command.take()
        left = [images * count * words for count in passes]
        while any(left):
            for index, (weights, freed) in enumerate(served_engines):
                if left[index] and credits[index]:
                    weights.put(delay=STEP_DELAY)
                    credits[index] -= 1
                    left[index] -= 1
                if freed.ready:
                    freed.take()
                    credits[index] += 1
            yield
        for _ in range(words * parts):
            yield from when([gradients], [])
            gradients.take()
            yield
        for _ in range(ENGINE_DELAY):
            yield


def duplicate(clock: Clock, config: maps.DuplicateConfig, source: Fifo, *sinks: Fifo) -> Run:
    while True:
        yield from when([source], sinks)
        source.take()
        for sink in sinks:
            sink.put()
        yield


def relu_pool(clock: Clock, config: maps.ReluPoolConfig, command: Fifo, source: Fifo, out: Fifo, mask: Fifo) -> Run:
    pool = config.pool
    out_rows, out_columns = config.rows // pool, config.columns // pool
    while True:
        yield from when([command], [])
        for _ in range(command.take()):
            for row in range(config.rows):
                for _ in range(config.groups):
                    for column in range(config.columns):
                        ends = row % pool == pool - 1 and column % pool == pool - 1
                        ends = ends and row < out_rows * pool and column < out_columns * pool
                        yield from when([source], [out, mask] if ends else [])
                        source.take()
                        if ends:
                            out.put(delay=STEP_DELAY)
                            mask.put(delay=STEP_DELAY)
                        yield


def relu_pool_backward(clock: Clock, config: maps.ReluPoolConfig, source: Fifo, mask: Fifo, out: Fifo) -> Run:
    pool = config.pool
    out_rows, out_columns = config.rows // pool, config.columns // pool
    while True:
        for row in range(config.rows):
            for _ in range(config.groups):
                for column in range(config.columns):
                    begins = row % pool == 0 and column % pool == 0
                    begins = begins and row < out_rows * pool and column < out_columns * pool
                    yield from when([source, mask] if begins else [], [out])
                    if begins:
                        source.take()
                        mask.take()
                    out.put(delay=STEP_DELAY)
                    yield


def softmax(
    clock: Clock, config: maps.SoftmaxLossConfig, command: Fifo, logits: Fifo, label: Fifo, errors: Fifo, result: Fifo
) -> Run:
    while True:
        yield from when([command], [])
        for _ in range(command.take()):
            for index in range(config.classes):
                reads = ([logits] if index % config.lanes == 0 else []) + ([label] if index == 0 else [])
                yield from when(reads, [])
                for fifo in reads:
                    fifo.take()
                yield
            for _ in range(config.classes):
                yield
            for index in range(config.classes):
                for _ in range(16):
                    yield
                last = index == config.classes - 1
                word_ends = last or index % config.lanes == config.lanes - 1
                yield from when([], ([errors] if word_ends else []) + ([result] if last else []))
                if word_ends:
                    errors.put(delay=STEP_DELAY)
                if last:
                    result.put(delay=STEP_DELAY)
                yield
            for _ in range(2 * STEP_DELAY):
                yield


def concat(clock: Clock, config: maps.ConcatConfig, low: Fifo, high: Fifo, out: Fifo) -> Run:
    while True:
        for word in range(config.low_words + config.high_words):
            source = low if word < config.low_words else high
            yield from when([source], [out])
            source.take()
            out.put()
            yield


def split(clock: Clock, config: maps.SplitConfig, source: Fifo, low: Fifo, high: Fifo) -> Run:
    while True:
        for word in range(config.low_words + config.high_words):
            out = low if word < config.low_words else high
            yield from when([source], [out])
            source.take()
            out.put()
            yield


def broadcast(clock: Clock, config: control.BroadcastCommandConfig, source: Fifo, *sinks: Fifo) -> Run:
    while True:
        yield from when([source], sinks)
        images = source.take()
        for sink in sinks:
            sink.put(images)
        yield


def pack(clock: Clock, config: control.PackConfig, source: Fifo, out: Fifo) -> Run:
    while True:
        for flit in range(config.flits):
            yield from when([source] if flit == 0 else [], [out])
            if flit == 0:
                value = source.take()
            out.put(value)
            yield


def unpack(clock: Clock, config: control.UnpackConfig, source: Fifo, freed: Fifo, out: Fifo) -> Run:
    while True:
        for flit in range(config.flits):
            last = flit == config.flits - 1
            yield from when([source], [freed, out] if last else [freed])
            value = source.take()
            freed.put()
            if last:
                out.put(value)
            yield


def link_tx(clock: Clock, config: control.LinkTxConfig, *fifos: Fifo) -> Run:
    """Flits are (stream, value) as stream * 2^32 + value; credits (stream, count) of stream 255 + stream."""
    data, gained = fifos[: config.streams], fifos[config.streams]
    freed, link = fifos[config.streams + 1 : -1], fifos[-1]
    outstanding = [0] * config.streams
    tokens = [0] * config.reverse
    last_data = last_credit = age = 0
    while True:
        sends = [index for index, fifo in enumerate(data) if outstanding[index] < config.credits[index] and fifo.ready]
        some = [index for index, count in enumerate(tokens) if count]
        many = [index for index in some if tokens[index] >= CREDIT_BATCH]
        credit = bool(many) or (bool(some) and (age == CREDIT_AGE - 1 or not sends))
        if credit or sends:
            yield from when([], [link])
        if credit:
            choice = many or some
            last_credit = next((index for index in choice if index > last_credit), choice[0])
            link.put((255 + last_credit) << 32 | tokens[last_credit])
            tokens[last_credit] = 0
            age = 0
        elif sends:
            last_data = next((index for index in sends if index > last_data), sends[0])
            link.put(last_data << 32 | data[last_data].take())
            outstanding[last_data] += 1
        if not credit:
            age = min(age + 1, CREDIT_AGE - 1)
        if gained.ready:
            stream, count = divmod(gained.take(), 1 << 32)
            outstanding[stream] -= count
        for index, fifo in enumerate(freed):
            if fifo.ready:
                fifo.take()
                tokens[index] += 1
        yield


def link_rx(clock: Clock, config: control.LinkRxConfig, link: Fifo, *fifos: Fifo) -> Run:
    sinks, gained = fifos[:-1], fifos[-1]
    while True:
        yield from when([link], [])
        stream, value = divmod(link.take(), 1 << 32)
        sink = gained if stream >= 255 else sinks[stream]
        if not sink.room:
            raise AssertionError(f"{sink.name} overflows")
        sink.put((stream - 255) << 32 | value if stream >= 255 else value)
        yield


def cable(clock: Clock, rate: float, latency: int, source: Fifo, sink: Fifo) -> Run:
    tokens = 0.0
    while True:
        tokens = min(tokens + rate, 1.0 + rate)
        if tokens >= 1.0 and source.ready and sink.room:
            sink.put(source.take(), latency)
            tokens -= 1.0
        yield


def idle(clock: Clock, config: Config, *fifos: Fifo) -> Run:
    while True:
        yield


PROCESSES: dict[type[Config], Callable[..., Run]] = {
    maps.ForkFeaturesConfig: fork,
    maps.ForkFeaturesPassConfig: fork,
    engines.WindowConfig: window,
    engines.ConvEngineConfig: engine,
    engines.ConvEngineToPartialConfig: engine,
    engines.ConvEngineFromPartialConfig: engine,
    engines.ConvEngineThroughPartialConfig: engine,
    engines.GradientEngineConfig: gradient,
    engines.WeightStoreConfig: store,
    engines.WeightStoreFirstConfig: store,
    maps.DuplicateConfig: duplicate,
    maps.ReluPoolConfig: relu_pool,
    maps.ReluPoolBackwardConfig: relu_pool_backward,
    maps.SoftmaxLossConfig: softmax,
    maps.ConcatConfig: concat,
    maps.SplitConfig: split,
    control.BroadcastCommandConfig: broadcast,
    control.PackConfig: pack,
    control.UnpackConfig: unpack,
    control.LinkTxConfig: link_tx,
    control.LinkRxConfig: link_rx,
    control.DistributeLoadConfig: idle,
    control.CollectDumpConfig: idle,
}
