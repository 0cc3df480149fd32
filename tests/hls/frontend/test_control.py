"""What engineers write inside a function, as RTL: native C++ against interpreter and Verilator, with stalls too.

The kernels are in `pieces/`; each is one function on streams, all of them are one design.
"""

from random import Random

import pytest

from tests.hls.frontend.pieces import STALLS, Batch, Piece

RANDOM = Random(20)
BYTES = [RANDOM.getrandbits(8) for _ in range(64)]
STATES = [150, 3, 2, 120, 9, 8, 7]
CALLS = [RANDOM.choice([5, 128 + RANDOM.getrandbits(2), 192 + RANDOM.getrandbits(2), place]) for place in range(40)]
SIDE = [RANDOM.getrandbits(8) for word in CALLS if word & 0xC0 == 0xC0]


def words(count: int, bits: int = 8) -> list[int]:
    return [RANDOM.getrandbits(bits) for _ in range(count)]


CONTROL = Batch(
    "control",
    (
        Piece.of("several_loops", **{"in": words(48)}),
        Piece.of("imperfect", **{"in": [3, 10, 20, 30, 0, 1, 77, 15, *range(15)]}),
        Piece.of("dowhile", **{"in": words(20, 16)}),
        Piece.of("forever", **{"in": [1, 2, 255, 3, 254, 1, 255]}),
        Piece.of("early", **{"in": [0, 5, 1, 2, 5, 0, 7, 1, 201, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]}),
        Piece.of("machine", **{"in": [1, 0xAA, 3, 1, 2, 3, 6, 0, 0xAA, 0, 0, 0xAA, 1, 9, 8]}),
        Piece.of("histogram", **{"in": [word & (255 if place % 3 else 3) for place, word in enumerate(words(200))]}),
        Piece.of("cyclic", **{"in": words(32, 16)}),
        Piece.of("rest_of", **{"in": words(36, 3)}),
        Piece.of("structs", **{"in": words(36, 5)}),
        Piece.of("multi", **{"in": words(72)}),
        Piece.of("lambdas", **{"in": words(18)}),
        Piece.of("bubble", **{"in": words(32)}),
        Piece.of("ctrl_pred", **{"in": CALLS, "side": SIDE}),
        Piece.of("latch", **{"in": words(12, 3)}),
        Piece.of("rom", **{"in": list(b"123456789abcdefghi")}),
        Piece.of("unions", **{"in": BYTES}),
        Piece.of("bitfield", **{"in": BYTES[:63]}),
        Piece.of("wide", **{"in": BYTES}),
        Piece.of("divs", **{"in": BYTES}),
        Piece.of("switches", **{"in": BYTES}),
        Piece.of("globals", **{"in": BYTES}),
        Piece.of("classes", **{"in": BYTES}),
        Piece.of("builtins", **{"in": BYTES}),
        Piece.of("local_init", **{"in": BYTES[:63]}),
        Piece.of("bigclear", **{"in": [3, 200]}),
        Piece.of("bigcopy", **{"in": words(200)}),
        Piece.of("byvalue", **{"in": BYTES}),
        Piece.of("gotos", **{"in": BYTES}),
        Piece.of("triangle", **{"in": BYTES}),
        Piece.of("flattenoff", **{"in": BYTES[:60]}),
        Piece.of("ii3", **{"in": BYTES}),
        Piece.of("deep_state", **{"in": STATES}),
        Piece.of("static2d", **{"in": BYTES}),
        Piece.of("shadow", **{"in": BYTES}),
        Piece.of("members", **{"in": BYTES}),
        Piece.of("helper", **{"in": BYTES}),
        Piece.of("pointers", **{"in": words(36)}),
        Piece.of("ptrloop", **{"in": BYTES[:60]}),
        Piece.of("ptrtwo", **{"in": BYTES}),
        Piece.of("ptrif", **{"in": BYTES}),
        Piece.of("ptrdiff", **{"in": BYTES[:56]}),
    ),
)
DATAFLOW = Batch(
    "dataflow",
    (
        Piece.of("flow", **{"in": BYTES}),
        Piece.of("flow_k", **{"ctl": [3, 200, 7], "in": BYTES[:48]}),
        Piece.of("flow_loop", **{"ctl": [2, 0, 1], "in": BYTES[:48]}),
        Piece.of("flow_nest", **{"in": BYTES}),
        Piece.of("flow_array", **{"in": BYTES}),
    ),
)
BATCHES = {batch.name: batch for batch in (CONTROL, DATAFLOW)}


@pytest.mark.parametrize("name", BATCHES)
def test_interpreted(name: str) -> None:
    batch = BATCHES[name]
    native, interpreted = batch.native(), batch.interpreted()
    for output, expected in native.items():
        assert expected, output
        assert interpreted[output] == expected, output


@pytest.mark.parametrize("stall", STALLS)
@pytest.mark.parametrize("name", BATCHES)
def test_simulated(name: str, stall: float) -> None:
    batch = BATCHES[name]
    native, simulated = batch.native(), batch.simulated(stall)
    for output, expected in native.items():
        assert simulated[output] == expected, output


# Loops that cannot have the interval: two writes of one stream; two reads and writes of neighbours each time.
SLOWER = {"bubble": (2, "memory a (distance 1), memory a"), "ctrl_pred": (2, "stream out")}
# Needs no more than one cycle, though it may have three.
FASTER = {"ii3": (1, "")}


@pytest.mark.parametrize("name", BATCHES)
def test_pipelined_loops_reach_the_interval_asked_for(name: str) -> None:
    report = BATCHES[name].compiled().report
    assert report.warnings == ()
    loops = [(one.name, region) for one in report.processes for region in one.regions if region.requested_ii]
    assert len(loops) >= (20 if name == "control" else 6)
    missed = {one: (region.ii, region.limit) for one, region in loops if region.ii != region.requested_ii}
    assert missed == (SLOWER | FASTER if name == "control" else {})


def test_nests_that_miss_their_interval_are_not_joined() -> None:
    """`triangle` leaves its outer loop on a product: joined, each inner iteration would wait for it."""
    (loop,) = (region for region in CONTROL.process("triangle").regions if region.requested_ii)
    assert loop.ii == 1
    assert sum(region.requested_ii is not None for region in CONTROL.process("flattenoff").regions) == 1
    assert len(CONTROL.process("flattenoff").regions) == 4
