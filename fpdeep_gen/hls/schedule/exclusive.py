"""Can two predicates hold in the same iteration? A syntactic proof over conjunctions of literals."""

from dataclasses import dataclass, field
from math import inf

from fpdeep_gen.hls.ir import Binary, BinaryKind, Compare, CompareKind, Constant, Operation, Select

_MAX_TERMS = 48
Literal = tuple[object, int, bool]  # what is compared, with which constant, whether it is equal (`_Below`: less)
Term = frozenset[Literal]


@dataclass
class Exclusion:
    """Answers for the predicates of one process; remembers what each one implies."""

    known: dict[tuple[int, bool], list[Term]] = field(default_factory=dict)

    def exclusive(self, first: Operation | None, second: Operation | None) -> bool:
        """True when it is proven that both predicates (None = always) never hold together."""
        if first is None or second is None or first is second:
            return False
        left, right = self._terms(first, True), self._terms(second, True)
        return all(_contradict(a | b) for a in left for b in right)

    def _terms(self, predicate: Operation, holds: bool) -> list[Term]:
        """Disjunction of conjunctions that the predicate implies (weaker where it grows too large)."""
        found = self.known.get((id(predicate), holds))
        if found is None:
            terms = self._expand(predicate, holds)
            found = terms if len(terms) <= _MAX_TERMS else [frozenset()]
            self.known[id(predicate), holds] = found
        return found

    def _expand(self, value: Operation, holds: bool) -> list[Term]:
        match value:
            case Constant():
                return [frozenset()] if bool(value.value) == holds else []
            case Binary(kind=BinaryKind.AND):
                return self._combine(value.left, value.right, holds, conjunction=holds)
            case Binary(kind=BinaryKind.OR):
                return self._combine(value.left, value.right, holds, conjunction=not holds)
            case Binary(kind=BinaryKind.XOR) if isinstance(value.right, Constant):
                return self._terms(value.left, holds != bool(value.right.value))
            case Binary(kind=BinaryKind.XOR) if isinstance(value.left, Constant):
                return self._terms(value.right, holds != bool(value.left.value))
            case Compare(kind=CompareKind.EQ | CompareKind.NE) if isinstance(value.right, Constant):
                equal = (value.kind is CompareKind.EQ) == holds
                if value.left.width == 1:
                    return self._terms(value.left, equal == bool(value.right.value))
                return [frozenset({(id(value.left), value.right.value, equal)})]
            case Compare(kind=CompareKind.EQ | CompareKind.NE):
                pair = frozenset({id(value.left), id(value.right)})
                return [frozenset({(pair, 1, (value.kind is CompareKind.EQ) == holds)})]
            case Compare() if value.kind in _LESS:
                return [frozenset({_order(value, holds)})]
            case Select():
                return [
                    *_product(self._terms(value.condition, True), self._terms(value.if_true, holds)),
                    *_product(self._terms(value.condition, False), self._terms(value.if_false, holds)),
                ]
            case _:
                return [frozenset({(id(value), 1, holds)})]

    def _combine(self, left: Operation, right: Operation, holds: bool, conjunction: bool) -> list[Term]:
        first, second = self._terms(left, holds), self._terms(right, holds)
        return _product(first, second) if conjunction else [*first, *second]


_LESS = {  # kind -> whether it is signed, whether the operands change places, whether it holds where less does not
    CompareKind.ULT: (False, False, False),
    CompareKind.UGE: (False, False, True),
    CompareKind.UGT: (False, True, False),
    CompareKind.ULE: (False, True, True),
    CompareKind.SLT: (True, False, False),
    CompareKind.SGE: (True, False, True),
    CompareKind.SGT: (True, True, False),
    CompareKind.SLE: (True, True, True),
}


@dataclass(frozen=True)
class _Below:
    """The question whether a value is below a constant, unsigned."""

    value: int  # id


def _order(compare: Compare, holds: bool) -> Literal:
    """Every order as one `less`: with the constant for unsigned ones, else with the pair of operands as the subject."""
    signed, swapped, inverse = _LESS[compare.kind]
    holds = holds != inverse
    left, right = (compare.right, compare.left) if swapped else (compare.left, compare.right)
    if not signed and isinstance(right, Constant):
        return (_Below(id(left)), right.value, holds)
    if not signed and isinstance(left, Constant):  # c < x is not x < c + 1
        return (_Below(id(right)), left.value + 1, not holds)
    keys = (one.value if isinstance(one, Constant) else ("value", id(one)) for one in (left, right))
    return ((signed, *keys), 1, holds)


def _product(first: list[Term], second: list[Term]) -> list[Term]:
    if len(first) * len(second) > _MAX_TERMS * 4:
        return first if len(first) < len(second) else second
    return list(dict.fromkeys(a | b for a in first for b in second if not _contradict(a | b)))


def _contradict(term: Term) -> bool:
    equal: dict[object, int] = {}
    unequal: list[tuple[object, int]] = []
    bounds: dict[int, tuple[int, float]] = {}  # of values: at least, less than
    for subject, constant, holds in term:
        if isinstance(subject, _Below):
            low, high = bounds.get(subject.value, (0, inf))
            bounds[subject.value] = (low, min(high, constant)) if holds else (max(low, constant), high)
        elif not holds:
            unequal.append((subject, constant))
        elif equal.setdefault(subject, constant) != constant:
            return True
    if any(not low <= equal.get(value, low) < high for value, (low, high) in bounds.items()):
        return True
    return any(equal.get(subject) == constant for subject, constant in unequal)
