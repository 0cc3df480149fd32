"""`pack`, `unpack`, `link_tx`, `link_rx`: words through flits, and a whole link in both directions with small FIFOs."""

from itertools import pairwise, product

import numpy as np
import pytest

from tests.kernels.bench import Case, Integers, Port, Program, build, scalar_port
from tests.kernels.reference import random_integers

PAYLOAD = 56
CREDIT_ID = 255
# type, elements, bits of an element
WORDS = {
    "vector": (f"hls::vector<ap_int<16>, {10}>", 10, 16),
    "sums": (f"hls::vector<ap_int<48>, {3}>", 3, 48),
    "small": ("ap_uint<16>", 1, 16),
    "signed": ("ap_int<16>", 1, 16),
    "command": ("Command", 4, 32),
    "exact": (f"hls::vector<ap_int<28>, {4}>", 4, 28),
}
WIDE_PAYLOAD = 248


def _word_config(name: str, payload: int) -> tuple[dict[str, int], str]:
    kind, elements, bits = WORDS[name]
    fields = {"BITS": elements * bits, "FLITS": -(-elements * bits // payload), "PAYLOAD": payload}
    return fields, f"    using Word = {kind};\n"


def _word_port(name: str, stream: str, is_input: bool) -> Port:
    kind, elements, bits = WORDS[name]
    return Port(stream, kind, elements, bits, is_input, signed=kind.startswith("hls"))


@pytest.fixture(scope="module")
def program() -> Program:
    cases = []
    for name in WORDS:
        for payload in (PAYLOAD, WIDE_PAYLOAD):
            fields, config = _word_config(name, payload)
            flits = Port("out", f"ap_uint<{payload}>", payload, 1, False, signed=False)
            packed = (_word_port(name, "in", True), flits)
            cases.append(Case(f"pack_{name}_{payload}", "pack", packed, fields, config))
            unpacked = (
                Port("in", f"ap_uint<{payload}>", payload, 1, True, signed=False),
                scalar_port("freed", 1, False, signed=False),
                _word_port(name, "out", False),
            )
            cases.append(Case(f"unpack_{name}_{payload}", "unpack", unpacked, fields, config))
    return build(cases)


def _random_words(name: str, count: int) -> Integers:
    kind, elements, bits = WORDS[name]
    words = random_integers(np.random.default_rng(elements), bits, (count, elements))
    return words if kind.startswith("hls") else words & ((1 << bits) - 1)


@pytest.mark.parametrize(("name", "payload"), list(product(WORDS, (PAYLOAD, WIDE_PAYLOAD))))
def test_words_and_flits(program: Program, name: str, payload: int) -> None:
    _, elements, bits = WORDS[name]
    words = _random_words(name, 9)
    per_word = -(-elements * bits // payload)
    flits = np.zeros((9, per_word * payload), dtype=np.int64)
    for index, word in enumerate(words.tolist()):
        for bit in range(elements * bits):
            flits[index, bit] = word[bit // bits] >> (bit % bits) & 1
    flits = flits.reshape(-1, payload)
    got = program.run(f"pack_{name}_{payload}", {"in": words}, {"out": len(flits)})
    np.testing.assert_array_equal(got["out"], flits)
    counts = {"out": len(words), "freed": len(flits)}
    got = program.run(f"unpack_{name}_{payload}", {"in": flits}, counts)
    np.testing.assert_array_equal(got["out"], words)
    np.testing.assert_array_equal(got["freed"], np.ones((len(flits), 1)))


LINK_CREDITS = [4, 16, 3]


@pytest.fixture(scope="module")
def link_program() -> Program:
    credits = f"    static constexpr int CREDITS[] = {{{', '.join(map(str, LINK_CREDITS))}}};\n"
    tx_ports = (
        scalar_port("in", 32, True, signed=False, count=3),
        scalar_port("gained", 24, True, signed=False),
        scalar_port("freed", 1, True, signed=False, count=2),
        scalar_port("link", 40, False, signed=False),
    )
    rx_ports = (
        scalar_port("link", 40, True, signed=False),
        scalar_port("out", 32, False, signed=False, count=3),
        scalar_port("gained", 24, False, signed=False),
    )
    return build(
        [
            Case("tx", "link_tx", tx_ports, {"STREAMS": 3, "REVERSE": 2, "PAYLOAD": 32}, credits),
            Case("rx", "link_rx", rx_ports, {"STREAMS": 3, "PAYLOAD": 32}),
            _whole_link(),
        ]
    )


def _run_tx(program: Program, data: list[int], gained: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Feed `data[s]` flits and credits (stream, count); the flits (id, payload) that come out."""
    inputs = {f"in_{s}": 100 * s + np.arange(count, dtype=np.int64).reshape(-1, 1) for s, count in enumerate(data)}
    inputs["gained"] = np.array([count | stream << 16 for stream, count in gained], dtype=np.int64).reshape(-1, 1)
    inputs |= {name: np.zeros((0, 1), dtype=np.int64) for name in ("freed_0", "freed_1")}
    out = program.run("tx", inputs, {"link": sum(data)})["link"][:, 0].tolist()
    return [(flit >> 32, flit & 0xFFFFFFFF) for flit in out]


def test_sender_stops_at_its_credits(link_program: Program) -> None:
    """Without credits back, each stream sends just what the receiver has room for; a word more stays behind."""
    flits = _run_tx(link_program, LINK_CREDITS, [])
    for stream, count in enumerate(LINK_CREDITS):
        assert [payload for ident, payload in flits if ident == stream] == [100 * stream + i for i in range(count)]
    inputs = {f"in_{s}": np.zeros((count, 1), dtype=np.int64) for s, count in enumerate([5, 16, 3])}
    inputs |= {name: np.zeros((0, 1), dtype=np.int64) for name in ("gained", "freed_0", "freed_1")}
    link_program.run("tx", inputs, {"link": sum(LINK_CREDITS) + 1}, expect_code=3)


def test_sender_goes_on_with_gained_credits(link_program: Program) -> None:
    flits = _run_tx(link_program, [9, 16, 4], [(0, 2), (2, 1), (0, 3)])
    assert [payload for ident, payload in flits if ident == 0] == list(range(9))
    assert [payload for ident, payload in flits if ident == 2] == [200, 201, 202, 203]


def test_round_robin_is_fair(link_program: Program) -> None:
    """Streams that all have flits and room take turns."""
    flits = _run_tx(link_program, [3, 3, 3], [])
    assert sorted(ident for ident, _ in flits[:3]) == [0, 1, 2]
    assert all(a != b for (a, _), (b, _) in pairwise(flits))


def test_freed_tokens_come_back_as_counts(link_program: Program) -> None:
    inputs = {name: np.zeros((0, 1), dtype=np.int64) for name in ("in_0", "in_1", "in_2", "gained")}
    inputs |= {"freed_0": np.ones((5, 1), dtype=np.int64), "freed_1": np.ones((2, 1), dtype=np.int64)}
    got = link_program.run("tx", inputs, {})["link"][:, 0].tolist()
    counts = [0, 0]
    for flit in got:
        assert flit >> 32 == CREDIT_ID
        counts[flit >> 16 & 0xFF] += flit & 0xFFFF
    assert counts == [5, 2]


def test_credits_take_a_small_share_of_a_busy_link(link_program: Program) -> None:
    """Tokens are gathered: a batch goes in one flit before data, a few tokens wait for some steps."""
    data, freed = [4 + 640, 16 + 640, 3 + 640], 640
    inputs = {f"in_{s}": np.zeros((count, 1), dtype=np.int64) for s, count in enumerate(data)}
    gained = [640 | stream << 16 for stream in range(3)]
    inputs |= {"gained": np.array(gained).reshape(-1, 1), "freed_0": np.ones((freed, 1), dtype=np.int64)}
    inputs["freed_1"] = np.ones((3, 1), dtype=np.int64)
    flits = link_program.run("tx", inputs, {})["link"][:, 0].tolist()
    credit_flits = [flit for flit in flits if flit >> 32 == CREDIT_ID]
    assert sum(flit & 0xFFFF for flit in credit_flits if flit >> 16 & 0xFF == 0) == freed
    assert sum(flit & 0xFFFF for flit in credit_flits if flit >> 16 & 0xFF == 1) == 3
    assert len(flits) - len(credit_flits) == sum(data)
    assert freed // 10 <= len(credit_flits) <= freed // 8 + freed // 32 + 3
    rare = [index for index, flit in enumerate(flits) if flit >> 32 == CREDIT_ID and flit >> 16 & 0xFF == 1]
    assert rare[0] < 100, "a few tokens do not wait for the other stream's many"


def test_receiver_sorts_flits(link_program: Program) -> None:
    flits = [(0, 7), (2, 8), (CREDIT_ID, 3 | 1 << 16), (1, 9), (0, 10), (CREDIT_ID, 1)]
    words = np.array([ident << 32 | payload for ident, payload in flits], dtype=np.int64).reshape(-1, 1)
    got = link_program.run("rx", {"link": words}, {"out_0": 2, "out_1": 1, "out_2": 1, "gained": 2})
    assert {name: value[:, 0].tolist() for name, value in got.items()} == {
        "out_0": [7, 10], "out_1": [9], "out_2": [8], "gained": [3 | 1 << 16, 1],
    }  # fmt: skip


UP = {"label": "small", "features": "vector"}
DOWN = {"errors": "vector", "sums": "sums"}


def _whole_link() -> Case:
    """Two boards' ends of a link, joined: two streams up, two down, receiving FIFOs as deep as their credits."""
    credits = 4
    lines = []
    configs = [
        "struct LinkEnd { static constexpr int STREAMS = 2; static constexpr int REVERSE = 2;"
        f" static constexpr int PAYLOAD = {PAYLOAD}; static constexpr int CREDITS[] = {{{credits}, {credits}}}; }};"
    ]
    for side in ("up", "down"):
        configs.append(f"struct Tx_{side} : LinkEnd {{}}; struct Rx_{side} : LinkEnd {{}};")
        flit, payload, one = f"ap_uint<{PAYLOAD + 8}>", f"ap_uint<{PAYLOAD}>", "ap_uint<1>"
        lines += [
            f"hls_thread_local hls::stream<{flit}, 2> {side}_link;",
            f"hls_thread_local hls::stream<{payload}, 2> {side}_sent[2];",
            f"hls_thread_local hls::stream<{payload}, {credits}> {side}_received[2];",
            f"hls_thread_local hls::stream<{one}, 2> {side}_freed[2];",
            f'hls_thread_local hls::stream<ap_uint<24>, {2 * credits}> {side}_gained("{side}_gained");',
        ]
    for side, other, streams in (("up", "down", UP), ("down", "up", DOWN)):
        sender = f"{side}_sent, {side}_gained, {other}_freed, {side}_link"
        lines.append(f"hls_thread_local hls::task {side}_tx(link_tx<Tx_{side}>, {sender});")
        receiver = f"{side}_link, {side}_received, {other}_gained"
        lines.append(f"hls_thread_local hls::task {side}_rx(link_rx<Rx_{side}>, {receiver});")
        for index, (stream, word) in enumerate(streams.items()):
            fields, config = _word_config(word, PAYLOAD)
            members = "".join(f"static constexpr int {name} = {value}; " for name, value in fields.items())
            configs.append(f"struct Word_{stream} {{ {members}{config.strip()} }};")
            packed = f"{stream}_in, {side}_sent[{index}]"
            lines.append(f"hls_thread_local hls::task {stream}_pack(pack<Word_{stream}>, {packed});")
            if stream != "sums":
                unpacked = f"{side}_received[{index}], {side}_freed[{index}], {stream}_out"
                lines.append(f"hls_thread_local hls::task {stream}_unpack(unpack<Word_{stream}>, {unpacked});")
    ports = []
    for stream, word in (UP | DOWN).items():
        ports += [_word_port(word, f"{stream}_in", True), _word_port(word, f"{stream}_out", False)]
    fields, config = _word_config("sums", PAYLOAD)
    last = ("down_received[1]", "down_freed[1]", "sums_out")
    return Case("whole", "unpack", tuple(ports), fields, config, "\n".join(configs), tuple(lines), last)


def test_whole_link_in_both_directions(link_program: Program) -> None:
    """Every stream arrives whole and in order, though the FIFOs hold few flits and both directions are busy."""
    words = {stream: _random_words(word, 60) for stream, word in (UP | DOWN).items()}
    inputs = {f"{stream}_in": value for stream, value in words.items()}
    got = link_program.run("whole", inputs, {f"{stream}_out": 60 for stream in words})
    for stream, value in words.items():
        np.testing.assert_array_equal(got[f"{stream}_out"], value)
