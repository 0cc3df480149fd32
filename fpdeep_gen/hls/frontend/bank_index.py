"""From an index of an array dimension to a bank and the index within the bank."""

from dataclasses import dataclass

from fpdeep_gen.hls.frontend.congruence import Congruence
from fpdeep_gen.hls.frontend.object_pragmas import Partition, PartitionKind
from fpdeep_gen.hls.frontend.objects import Index
from fpdeep_gen.hls.ir import Binary, BinaryKind, Cast, CastKind, CompareKind, Constant, Extract, Operation
from fpdeep_gen.hls.passes.builder import Builder


@dataclass(frozen=True, slots=True)
class BankIndex:
    """`bank`: its number where known, None for a dimension that is not split. `inner` None: banks of one element."""

    bank: Operation | int | None
    banks: int
    inner: Operation | None
    extent: int


class BankIndices:
    """`aligned`: what is known of the remainders of index values."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self.aligned: dict[Operation, Congruence] = {}

    def of(self, index: Index, count: int, partition: Partition | None, banks: int) -> BankIndex:
        """Where the element is, in a dimension of `count` elements."""
        builder = self._builder
        if partition is None:
            return BankIndex(None, 1, self._whole(index, count), count)
        if partition.kind is PartitionKind.COMPLETE:
            return BankIndex(self._whole(index, count) if index.terms else index.constant, banks, None, 1)
        size = -(-count // banks)
        width = max(1, (size - 1).bit_length())
        if not index.terms:
            at = index.constant
            bank, inner = divmod(at, size) if partition.kind is PartitionKind.BLOCK else divmod(at, banks)[::-1]
            return BankIndex(bank, banks, builder.constant(inner, width), size)
        if partition.kind is PartitionKind.BLOCK:
            chosen, rest = self._divided(self._whole(index, count), size, banks)
            return BankIndex(_known(chosen), banks, rest, size)
        return self._cyclic(index, count, banks, size)

    def _cyclic(self, index: Index, count: int, banks: int, size: int) -> BankIndex:
        builder = self._builder
        width = max(1, (size - 1).bit_length())
        known = self._remainder(index, banks)
        if known is not None and all(factor % banks == 0 for _, factor in index.terms):
            fewer = Index(index.constant // banks, tuple((value, factor // banks) for value, factor in index.terms))
            return BankIndex(known, banks, self._sum(fewer, width), size)
        whole = self._whole(index, count)
        quotient, remainder = self._divided(whole, banks, size)
        return BankIndex(_known(remainder) if known is None else known, banks, builder.resize(quotient, width), size)

    def _remainder(self, index: Index, divisor: int) -> int | None:
        total = index.constant
        for value, factor in index.terms:
            known = self.aligned.get(value) if isinstance(value, Operation) else None
            if factor % divisor == 0:
                continue
            if known is None or (known.modulus * factor) % divisor:
                return None
            total += known.remainder * factor
        return total % divisor

    def _divided(self, value: Operation, divisor: int, limit: int) -> tuple[Operation, Operation]:
        """Quotient (below `limit`) and remainder, each as wide as it must be."""
        builder = self._builder
        upper, lower = max(1, (limit - 1).bit_length()), max(1, (divisor - 1).bit_length())
        if divisor & (divisor - 1) == 0:
            low = divisor.bit_length() - 1
            apart = self._apart(value, low)
            if apart is not None:
                return builder.constant(apart[0] % (1 << upper), upper), builder.resize(apart[1], max(1, low))
            quotient = builder.extract(value, low, value.width - low) if value.width > low else builder.constant(0, 1)
            remainder = builder.resize(value, low) if low else builder.constant(0, 1)
            return builder.resize(quotient, upper), remainder
        if limit <= 8:  # a few comparisons cost less than a division
            quotient, rest = builder.constant(0, upper), value
            for number in range(1, limit):
                start = builder.constant(number * divisor, value.width)
                if number * divisor >= 1 << value.width:
                    break
                reached = builder.compare(CompareKind.UGE, value, start)
                quotient = builder.select(reached, builder.constant(number, upper), quotient)
                rest = builder.select(reached, builder.binary(BinaryKind.SUB, value, start), rest)
            return quotient, builder.resize(rest, lower)
        unit = builder.constant(divisor, value.width)
        quotient = builder.resize(builder.binary(BinaryKind.UDIV, value, unit), upper)
        return quotient, builder.resize(builder.binary(BinaryKind.UREM, value, unit), lower)

    def _apart(self, value: Operation, low: int) -> tuple[int, Operation] | None:
        """Of `constant + rest` whose rest has `low` bits and the constant none there: what is above, and the rest."""
        bits = value.width
        while isinstance(value, Extract) or (isinstance(value, Cast) and value.kind is not CastKind.SEXT):
            if isinstance(value, Extract) and value.low:
                return None
            value = value.value
            bits = min(bits, value.width)
        if not isinstance(value, Binary) or value.kind is not BinaryKind.ADD:
            return None
        for known, rest in ((value.right, value.left), (value.left, value.right)):
            if isinstance(known, Constant) and known.value % (1 << low) == 0 and self._builder.known(rest)[0] <= low:
                return known.value % (1 << bits) >> low, rest
        return None

    def _whole(self, index: Index, count: int) -> Operation:
        return self._sum(index, max(1, (count - 1).bit_length()))

    def _sum(self, index: Index, width: int) -> Operation:
        builder = self._builder
        total = builder.constant(index.constant, width)
        for value, factor in index.terms:
            assert isinstance(value, Operation)
            resized = builder.resize(value, width, True)
            total = builder.add(total, builder.binary(BinaryKind.MUL, resized, builder.constant(factor, width)))
        return total


def _known(bank: Operation) -> Operation | int:
    return bank.value if isinstance(bank, Constant) else bank
