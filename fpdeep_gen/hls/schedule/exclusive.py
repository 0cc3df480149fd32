"""Can two predicates hold in the same iteration? A syntactic proof over conjunctions of literals."""

from dataclasses import dataclass, field

from fpdeep_gen.hls.ir import Binary, BinaryKind, Compare, CompareKind, Constant, Operation, Select

_MAX_TERMS = 48
Literal = tuple[object, int, bool]  # what is compared, with which constant, whether it is equal
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


def _product(first: list[Term], second: list[Term]) -> list[Term]:
    if len(first) * len(second) > _MAX_TERMS * 4:
        return first if len(first) < len(second) else second
    return list(dict.fromkeys(a | b for a in first for b in second if not _contradict(a | b)))


def _contradict(term: Term) -> bool:
    equal: dict[object, int] = {}
    for subject, constant, holds in term:
        if holds and equal.setdefault(subject, constant) != constant:
            return True
    return any(not holds and equal.get(subject) == constant for subject, constant, holds in term)
