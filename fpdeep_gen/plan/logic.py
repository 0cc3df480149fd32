"""LUT and FF of processes: estimates, counted as the open back end's quick model counts (a bit of an adder is a LUT, of
a choice between two half a LUT).

What the counts leave out, and registers, are fitted to the compiler's reports of the boards of examples/digits and of
a slower plan of examples/lenet5; tests/hls/test_planned_resources.py compares both examples' plans of today.
"""

from dataclasses import dataclass

from fpdeep_gen.board.memory import Use, memory_use

PROCESS_LUT = 150
"""Counters, handshakes and addresses of a process."""

PRODUCT_LUT = 8
"""For each product of a gradient engine beyond its adder and its choices."""

STORE_LUT = 600
STORE_FF = 700
"""Counters, credits and addresses of a weight store."""

UPDATE_LANE_LUT = 1010
UPDATE_LANE_FF = 430
"""Threefry (13 rounds of 32-bit additions), rounding and saturation of one weight a cycle."""

BANK_LUT = 8
"""Decoding of a bank's number, and its share of the constants of the logical index."""


def process(lut: int = PROCESS_LUT) -> Use:
    """A process of `lut` LUTs and as many registers."""
    return Use(lut=lut, ff=lut)


def parts(bits: int, subs: int) -> Use:
    """Choice of one of `subs` parts of `bits` bits."""
    return Use(lut=bits * (subs - 1) // 2)


def tree_lut(terms: int, width: int) -> int:
    """Adders that sum `terms` numbers of `width` bits, a bit wider at each level."""
    lut = 0
    while terms > 1:
        width += 1
        lut += terms // 2 * width
        terms -= terms // 2
    return lut


@dataclass(frozen=True)
class Engine:
    """A forward or backward engine of `outputs` sums a cycle. `subs`: parts in which it takes its input's words;
    `steps`: weight words of a sum; `out_subs`: parts in which it makes an output word of `made` bits."""

    multipliers: int
    first_width: int
    weight_width: int
    outputs: int
    columns: int
    subs: int
    steps: int
    out_subs: int = 1
    made: int = 0

    def use(self, accumulator: int) -> Use:
        """Trees of adders, `outputs` running sums kept for each part of `columns` columns, rounding, the weight word
        and its choice, the output word; without the multipliers themselves."""
        part = self.multipliers * self.weight_width
        word = part * self.subs * self.out_subs
        kept_words = self.columns * self.out_subs
        held = word if self.subs * kept_words > 1 else 0
        terms = self.multipliers // self.outputs
        lut = PROCESS_LUT + held // 2
        lut += self.outputs * (tree_lut(terms, self.first_width + self.weight_width) + 2 * accumulator)
        patch = terms * self.first_width
        use = Use(lut=lut, ff=100 + held + word + part + 2 * patch) + parts(part, self.subs * self.out_subs)
        if self.out_subs > 1:
            use += Use(lut=(self.made + patch) // 2, ff=self.made + patch)
        if self.steps * self.subs == 1:
            return use
        sums = self.outputs * accumulator
        kept = memory_use(sums, kept_words) if kept_words > 1 else Use()
        return use + Use(lut=3 * sums // 2, ff=2 * sums) + Use(bram18=kept.bram18, lut=kept.lut)


def gradient_logic(
    multipliers: int, width: int, columns: int, subs: int, lanes: int, update_lanes: int, patch: int, errors: int
) -> Use:
    """A gradient engine's sums of `width` bits, without multipliers and memories. `lanes`: elements of a weight word;
    `patch`, `errors`: bits of what it takes a cycle."""
    sums = multipliers * width
    lut = PROCESS_LUT + multipliers * PRODUCT_LUT + 3 * sums // 2
    lut += (lanes - update_lanes) * width // 2
    if columns == 1:
        return Use(lut=lut, ff=100 + sums + patch + errors)
    return Use(lut=lut + sums * subs // 2 + errors // 2, ff=100 + sums * (1 + 2 * subs) + patch + errors)


def window_logic(
    width: int, channels: int, taps: int, column_banks: int, row_banks: int, subs: int, word_bits: int
) -> Use:
    """A window's patch of `taps` x `channels` values: rows and columns of banks turned, what is outside blanked."""
    patch = taps * channels * width
    turns = (row_banks - 1) + (column_banks - 1) + 1
    chosen = column_banks * row_banks * channels * width
    lut = 2 * PROCESS_LUT + BANK_LUT * row_banks * column_banks + patch * turns // 2
    return Use(lut=lut, ff=70 + 2 * word_bits) + parts(chosen, subs)


def store_logic(word_weights: int, weight: int, update_lanes: int, reads: int) -> Use:
    """A weight store without its memories and the products of the update."""
    banks = word_weights // update_lanes
    word = word_weights * weight
    use = Use(lut=STORE_LUT + update_lanes * UPDATE_LANE_LUT, ff=STORE_FF + update_lanes * UPDATE_LANE_FF)
    if banks == 1:
        return use
    picked = (word_weights - update_lanes) * weight  # DUMP and update each pick a bank
    served = Use(lut=word * reads // 2, ff=word * (1 + reads))
    return use + served + Use(lut=picked + banks * BANK_LUT + (word_weights - update_lanes) * 5)


def pool_logic(lanes: int) -> Use:
    """`relu_pool` and `relu_pool_backward`, without their rows."""
    return Use(lut=215 + 100 * lanes, ff=65 + 38 * lanes)


def sender_logic(streams: int) -> Use:
    """`link_tx`'s share of each of its streams: credits, the choice among them, the flits' multiplexer."""
    return Use(lut=80 + 115 * streams, ff=60 * streams)


def returner_logic(streams: int) -> Use:
    """`link_rx`, and what the `link_tx` beside it has for each stream whose credits it returns."""
    return Use(lut=40 + 115 * streams, ff=60 * streams)


def pack_logic(bits: int, payload: int) -> Use:
    """`pack` of words of `bits` bits."""
    return Use(lut=5 + bits // 2, ff=bits) if bits > payload else Use(lut=5, ff=5)


def unpack_logic(bits: int, payload: int) -> Use:
    """`unpack` into words of `bits` bits."""
    return Use(lut=15, ff=2 * bits + (payload if bits > payload else 0))
