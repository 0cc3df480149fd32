"""Which predicates exclude one another: proofs by comparisons, their opposites, and bounds."""

import itertools

import pytest

from fpdeep_gen.hls.ir import Binary, BinaryKind, Compare, CompareKind, Constant, Operation, Region, Variable
from fpdeep_gen.hls.passes.bits import evaluate_compare
from fpdeep_gen.hls.passes.builder import Builder
from fpdeep_gen.hls.schedule.exclusive import Exclusion

WIDTH = 3
X = Builder(Region("r")).get(Variable("x", WIDTH))
Y = Builder(Region("r")).get(Variable("y", WIDTH))
OPPOSITES = [
    (CompareKind.EQ, CompareKind.NE),
    (CompareKind.ULT, CompareKind.UGE),
    (CompareKind.UGT, CompareKind.ULE),
    (CompareKind.SLT, CompareKind.SGE),
    (CompareKind.SGT, CompareKind.SLE),
]


def test_every_claim_about_two_comparisons_is_true() -> None:
    """All pairs of comparisons of x with constants and with y, against all values of x and y."""
    operands: list[tuple[Operation, Operation]] = [(X, Constant(WIDTH, c)) for c in (0, 3, 4, 7)]
    operands += [(Constant(WIDTH, 2), X), (X, Y), (Y, X)]
    compares = [Compare(1, kind, left, right) for kind in CompareKind for left, right in operands]

    def value(operand: Operation, x: int, y: int) -> int:
        return operand.value if isinstance(operand, Constant) else x if operand is X else y

    def truth(one: Compare) -> list[int]:
        pairs = itertools.product(range(1 << WIDTH), repeat=2)
        return [evaluate_compare(one.kind, value(one.left, x, y), value(one.right, x, y), WIDTH) for x, y in pairs]

    truths = [truth(one) for one in compares]
    proved = 0
    for (first, a), (second, b) in itertools.combinations(zip(compares, truths, strict=True), 2):
        if Exclusion().exclusive(first, second):
            proved += 1
            assert not any(p and q for p, q in zip(a, b, strict=True)), (first.kind, second.kind)
    assert proved > 150


@pytest.mark.parametrize(("kind", "opposite"), OPPOSITES)
def test_opposites_are_seen(kind: CompareKind, opposite: CompareKind) -> None:
    assert Exclusion().exclusive(Compare(1, kind, X, Y), Compare(1, opposite, X, Y))
    constant = Constant(WIDTH, 3)
    assert Exclusion().exclusive(Compare(1, kind, X, constant), Compare(1, opposite, X, constant))
    assert not Exclusion().exclusive(Compare(1, kind, X, constant), Compare(1, opposite, Y, constant))


def test_bounds_are_seen() -> None:
    below, above = (Compare(1, kind, X, Constant(WIDTH, c)) for kind, c in ((CompareKind.ULT, 3), (CompareKind.UGT, 4)))
    six = Compare(1, CompareKind.EQ, X, Constant(WIDTH, 6))
    both = Binary(1, BinaryKind.AND, above, Compare(1, CompareKind.EQ, Y, Constant(WIDTH, 1)))
    assert Exclusion().exclusive(below, above)
    assert Exclusion().exclusive(below, six)
    assert Exclusion().exclusive(below, both)
    assert not Exclusion().exclusive(above, six)
