"""The simplifying builder and the narrowing pass against a plain evaluation of the same random expressions."""

import random
from collections.abc import Callable

import pytest

from fpdeep_gen.hls.interpret import interpret
from fpdeep_gen.hls.ir import (
    BinaryKind,
    CompareKind,
    Exit,
    Module,
    Operation,
    Process,
    Region,
    StreamPort,
    StreamRead,
    StreamWrite,
)
from fpdeep_gen.hls.passes.bits import evaluate_binary, evaluate_compare
from fpdeep_gen.hls.passes.builder import Builder
from fpdeep_gen.hls.passes.clean import clean

KINDS = [one for one in BinaryKind if one not in (BinaryKind.SHL, BinaryKind.LSHR, BinaryKind.ASHR)]
WORD = 48
Plain = Callable[[int], int]  # the value, from the input word


def _sext(value: int, width: int, wider: int) -> int:
    return (value - (value >> (width - 1) << width)) & ((1 << wider) - 1)


class _Random:
    """Grows pairs of an operation and the function that it should compute."""

    def __init__(self, seed: int, builder: Builder, word: Operation) -> None:
        self.random = random.Random(seed)
        self.builder = builder
        self.pairs: list[tuple[Operation, Plain]] = [(word, lambda x: x)]

    def pick(self) -> tuple[Operation, Plain]:
        return self.random.choice(self.pairs[-25:])

    def same_width(self) -> tuple[Operation, Plain, Operation, Plain]:
        left, f = self.pick()
        if self.random.random() < 0.25:
            value = self.random.choice(
                [0, 1, 2, 3, 8, 1 << left.width - 1, (1 << left.width) - 1, self.random.getrandbits(left.width)]
            )
            value &= (1 << left.width) - 1
            return left, f, self.builder.constant(value, left.width), lambda x: value
        right, g = self.pick()
        width = left.width
        if right.width > width:
            return left, f, self.builder.extract(right, 0, width), lambda x: g(x) & ((1 << width) - 1)
        was = right.width
        if self.random.random() < 0.5:
            return left, f, self.builder.zext(right, width), g
        return left, f, self.builder.sext(right, width), lambda x: _sext(g(x), was, width)

    def step(self) -> None:
        rule = self.random.randrange(8)
        builder = self.builder
        if rule == 0:
            value, f = self.pick()
            low = self.random.randrange(value.width)
            width = self.random.randrange(1, value.width - low + 1)
            self.pairs.append((builder.extract(value, low, width), lambda x: f(x) >> low & ((1 << width) - 1)))
        elif rule == 1:
            value, f = self.pick()
            more, was = value.width + self.random.randrange(1, 20), value.width
            self.pairs.append((builder.zext(value, more), f))
            self.pairs.append((builder.sext(value, more), lambda x: _sext(f(x), was, more)))
        elif rule == 2:
            low, f = self.pick()
            high, g = self.pick()
            if low.width + high.width < 100:
                self.pairs.append((builder.concat([low, high]), lambda x: f(x) | g(x) << low.width))
        elif rule == 3:
            left, f, right, g = self.same_width()
            compare = self.random.choice(list(CompareKind))
            made = builder.compare(compare, left, right)
            self.pairs.append((made, lambda x: int(evaluate_compare(compare, f(x), g(x), left.width))))
        elif rule == 4:
            left, f, right, g = self.same_width()
            condition, h = self.pick()
            bit = builder.extract(condition, 0, 1)
            self.pairs.append((builder.select(bit, left, right), lambda x: f(x) if h(x) & 1 else g(x)))
        elif rule == 5:
            left, f = self.pick()
            kind = self.random.choice([BinaryKind.SHL, BinaryKind.LSHR, BinaryKind.ASHR])
            by = self.random.randrange(left.width)
            made = builder.binary(kind, left, builder.constant(by, left.width))
            self.pairs.append((made, lambda x: evaluate_binary(kind, f(x), by & ((1 << left.width) - 1), left.width)))
        else:
            left, f, right, g = self.same_width()
            kind = self.random.choice(KINDS)
            made = builder.binary(kind, left, right)
            self.pairs.append((made, lambda x: evaluate_binary(kind, f(x), g(x), left.width)))


@pytest.mark.parametrize("seed", range(60))
def test_random_expressions(seed: int) -> None:
    port = StreamPort("word", WORD, True)
    region = Region("body")
    builder = Builder(region)
    word = builder.append(StreamRead(WORD, port))
    grower = _Random(seed, builder, word)
    for _ in range(60):
        grower.step()
    chosen = grower.pairs[-12:]
    outs = [StreamPort(f"out_{place}", value.width, False) for place, (value, _) in enumerate(chosen)]
    for out, (value, _) in zip(outs, chosen, strict=True):
        builder.append(StreamWrite(0, out, value))
    region.exits = [Exit(None, region)]
    process = Process("random", [port, *outs], regions=[region])
    words = [grower.random.getrandbits(WORD) for _ in range(20)] + [0, (1 << WORD) - 1, 1 << (WORD - 1)]
    for cleaned in (False, True):
        if cleaned:
            clean(process)
        got = interpret(Module(process, [process]), {"word": words}).outputs
        for out, (_, plain) in zip(outs, chosen, strict=True):
            assert got[out.name] == [plain(x) for x in words], (cleaned, out.name)
