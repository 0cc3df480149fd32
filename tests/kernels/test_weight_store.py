"""Weight stores: LOAD, TRAIN, INFER, DUMP in turn; what each engine is served, and the update of every weight."""

from dataclasses import dataclass

import numpy as np
import pytest

from tests.kernels.bench import (
    DUMP,
    INFER,
    LOAD,
    TRAIN,
    Case,
    Port,
    Program,
    build,
    command,
    command_port,
    scalar_port,
    vector_port,
)
from tests.kernels.reference import Integers, backward_words, random_integers, store_words, store_words_flattened

GRADIENT_BITS, WEIGHT_BITS = 48, 16
SEED, RATE = 0x9ABCDEF0, 40000

AROUND = """
// Stands for an engine: takes a word, gives its credit back; at most CREDITS words may be on their way.
template <typename C, typename T, int SIDE>
void sink(hls::stream<T>& in, hls::stream<T>& out, hls::stream<ap_uint<1>>& freed) {
    if (in.size() > std::size_t(C::CREDITS)) {
        std::fprintf(stderr, "more words than credits\\n");
        std::exit(6);
    }
    out.write(in.read());
    freed.write(1);
}
"""


@dataclass(frozen=True)
class Shape:
    """A slice [base, base + outs) of a layer of `layer_outs` outputs; `flat`: fully connected over a map."""

    ins: int
    outs: int
    base: int
    layer_outs: int
    kernel_rows: int
    kernel_columns: int
    p_in: int
    p_out: int
    p_tap: int
    lanes: int
    shift: int
    credits: int
    flat: bool = False

    @property
    def in_words(self) -> int:
        """IN_GROUPS."""
        groups = -(-self.ins // self.p_in)
        return groups * self.kernel_rows * self.kernel_columns if self.flat else groups

    @property
    def out_groups(self) -> int:
        return -(-self.outs // self.p_out)

    @property
    def tap_groups(self) -> int:
        return 1 if self.flat else self.kernel_rows * self.kernel_columns // self.p_tap

    @property
    def elements(self) -> int:
        return self.p_in * self.p_out * self.p_tap

    @property
    def words(self) -> int:
        return self.out_groups * self.in_words * self.tap_groups

    def store(self, values: Integers) -> Integers:
        """The slice's words of values [o, i, kr, kc]."""
        if self.flat:
            return store_words_flattened(values, self.p_in, self.p_out)
        return store_words(values, self.p_in, self.p_out, self.p_tap)


SHAPES = [
    Shape(3, 5, 0, 5, 3, 3, 2, 2, 1, 1, 30, 2),
    Shape(3, 4, 4, 9, 3, 3, 2, 2, 3, 4, 34, 3),
    Shape(4, 3, 6, 9, 3, 3, 2, 2, 9, 12, 32, 2),
    Shape(1, 2, 0, 2, 5, 5, 1, 2, 25, 10, 20, 4),
    Shape(3, 7, 2, 9, 2, 3, 2, 2, 1, 2, 40, 2, flat=True),
    Shape(5, 1, 0, 1, 1, 1, 2, 1, 1, 1, 29, 2, flat=True),
    Shape(1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 33, 2),
]
FORWARD_PASSES, BACKWARD_PASSES, LAYER = 3, 2, 5


def _streams(shape: Shape, first: bool) -> tuple[tuple[Port, ...], tuple[str, ...], tuple[str, ...]]:
    word = f"hls::vector<ap_int<{WEIGHT_BITS}>, {shape.elements}>"
    sides = ["forward"] if first else ["forward", "backward"]
    ports = (
        command_port(),
        scalar_port("load", WEIGHT_BITS, True),
        scalar_port("dump", WEIGHT_BITS, False),
        vector_port("gradients", shape.lanes, GRADIENT_BITS, True),
        *(vector_port(side, shape.elements, WEIGHT_BITS, False) for side in sides),
    )
    tasks = []
    arguments = ["command", "load", "dump", "gradients"]
    for number, side in enumerate(sides):
        tasks.append(f"hls_thread_local hls::stream<{word}> {side}_words;")
        tasks.append(f"hls_thread_local hls::stream<ap_uint<1>> {side}_freed;")
        sink = f"sink<CONFIG, {word}, {number}>"
        tasks.append(f"hls_thread_local hls::task {side}_sink({sink}, {side}_words, {side}, {side}_freed);")
        arguments += [f"{side}_words", f"{side}_freed"]
    return ports, tuple(tasks), tuple(arguments)


def _case(index: int, first: bool) -> Case:
    shape = SHAPES[index]
    fields = {
        "WEIGHT_WIDTH": WEIGHT_BITS, "GRADIENT_WIDTH": GRADIENT_BITS, "IN_GROUPS": shape.in_words,
        "OUT_GROUPS": shape.out_groups, "TAP_GROUPS": shape.tap_groups, "P_IN": shape.p_in, "P_OUT": shape.p_out,
        "P_TAP": shape.p_tap, "UPDATE_LANES": shape.lanes, "FORWARD_PASSES": FORWARD_PASSES,
        "BACKWARD_PASSES": BACKWARD_PASSES, "CREDITS": shape.credits, "LAYER": LAYER, "SHIFT": shape.shift,
        "FLATTENED": int(shape.flat), "IN_CHANNELS": shape.ins, "OUT_CHANNELS": shape.outs, "OUT_BASE": shape.base,
        "KERNEL_ROWS": shape.kernel_rows, "KERNEL_COLUMNS": shape.kernel_columns,
        "MAP_GROUPS": -(-shape.ins // shape.p_in),
    }  # fmt: skip
    ports, tasks, arguments = _streams(shape, first)
    kernel = "weight_store_first" if first else "weight_store"
    name = f"{'first' if first else 'both'}_{index}"
    tasks = tuple(line.replace("CONFIG", f"Config_{name}") for line in tasks)
    return Case(name, kernel, ports, fields, tasks=tasks, arguments=arguments)


CASES = [(index, False) for index in range(len(SHAPES))] + [(1, True), (4, True)]

THREEFRY = """
template <typename C>
void threefry_words(hls::stream<hls::vector<ap_uint<32>, 4>>& in, hls::stream<ap_uint<32>>& out) {
    const hls::vector<ap_uint<32>, 4> word = in.read();
    out.write(threefry(word[0], word[1], word[2], word[3]));
}
"""


@pytest.fixture(scope="module")
def program() -> Program:
    random_ports = (vector_port("in", 4, 32, True, signed=False), scalar_port("out", 32, False, signed=False))
    random = Case("threefry", "threefry_words", random_ports, {}, around=AROUND + THREEFRY)
    return build([random, *(_case(index, first) for index, first in CASES)])


MASK = (1 << 32) - 1


def _threefry(key: tuple[int, int], counter: tuple[int, int]) -> int:
    """The contract's words, one after the other."""
    keys = [key[0], key[1], 0x1BD11BDA ^ key[0] ^ key[1]]
    x0, x1 = (counter[0] + key[0]) & MASK, (counter[1] + key[1]) & MASK
    for done in range(13):
        bits = [13, 15, 26, 6, 17, 29, 16, 24][done % 8]
        x0 = (x0 + x1) & MASK
        x1 = ((x1 << bits | x1 >> (32 - bits)) & MASK) ^ x0
        if done % 4 == 3:
            n = done // 4 + 1
            x0, x1 = (x0 + keys[n % 3]) & MASK, (x1 + keys[(n + 1) % 3] + n) & MASK
    return x0


def test_threefry_known_answers(program: Program) -> None:
    """The published answers of Threefry-2x32 with 13 rounds (Random123, kat_vectors)."""
    pi = [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344]
    # kat_vectors lists the counter before the key.
    inputs = np.array([[0] * 4, [MASK] * 4, [pi[2], pi[3], pi[0], pi[1]]], dtype=np.int64)
    got = program.run("threefry", {"in": inputs}, {"out": 3})["out"][:, 0]
    assert [hex(value) for value in got] == ["0x9d1c5ec6", "0xfd36d048", "0xba3e4725"]
    assert [_threefry((row[0], row[1]), (row[2], row[3])) for row in inputs.tolist()] == got.tolist()


def _updated(shape: Shape, weights: Integers, gradients: Integers, step: int) -> Integers:
    """Section 1's update, weight by weight, in Python integers."""
    new = weights.copy()
    for o, i, kr, kc in np.ndindex(*weights.shape):
        index = (((shape.base + o) * shape.ins + i) * shape.kernel_rows + kr) * shape.kernel_columns + kc
        word = _threefry((SEED, step), (index, LAYER))
        offset = word << (shape.shift - 32) if shape.shift >= 32 else word >> (32 - shape.shift)
        value = int(weights[o, i, kr, kc]) - ((int(gradients[o, i, kr, kc]) * RATE + offset) >> shape.shift)
        new[o, i, kr, kc] = min(max(value, -(1 << 15)), (1 << 15) - 1)
    return new


@pytest.mark.parametrize(("index", "first"), CASES)
def test_commands_in_turn(program: Program, index: int, first: bool) -> None:
    shape = SHAPES[index]
    rng = np.random.default_rng(index)
    size = (shape.outs, shape.ins, shape.kernel_rows, shape.kernel_columns)
    weights = random_integers(rng, WEIGHT_BITS, size)
    batches = [2, 1]
    forward, backward, dumps, gradient_words = [], [], [], []

    def serve(images: int, trains: bool) -> None:
        store = shape.store(weights)
        forward.extend([store] * (images * FORWARD_PASSES))
        if trains:
            turned = backward_words(store, shape.out_groups, shape.in_words, shape.tap_groups,
                                    shape.p_in, shape.p_out, shape.p_tap)  # fmt: skip
            backward.extend([turned] * (images * BACKWARD_PASSES))

    loaded = shape.store(weights).reshape(-1, 1)
    commands = [command(LOAD), command(DUMP), command(INFER, 1)]
    dumps.append(loaded)
    serve(1, trains=False)
    for step, images in enumerate(batches):
        commands += [command(TRAIN, images, SEED, step, RATE), command(DUMP)]
        serve(images, trains=True)
        gradients = random_integers(rng, shape.shift, size)
        gradient_words.append(shape.store(gradients).reshape(-1, shape.lanes))
        weights = _updated(shape, weights, gradients, step)
        dumps.append(shape.store(weights).reshape(-1, 1))
    commands.append(command(INFER, 2))
    serve(2, trains=False)

    words = {"command": np.array(commands), "load": loaded, "gradients": np.concatenate(gradient_words)}
    wanted = {"forward": np.concatenate(forward), "dump": np.concatenate(dumps)}
    if not first:
        wanted["backward"] = np.concatenate(backward)
    name = f"{'first' if first else 'both'}_{index}"
    got = program.run(name, words, {stream: len(value) for stream, value in wanted.items()})
    for stream, value in wanted.items():
        np.testing.assert_array_equal(got[stream], value, err_msg=stream)
