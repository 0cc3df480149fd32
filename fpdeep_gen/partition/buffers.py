"""Line buffers, running sums and FIFOs of the engines and links on a board: RAMB18s, and LUTs as an estimate."""

from functools import lru_cache

from fpdeep_gen.board.memory import Use, memory_use
from fpdeep_gen.board.model import Link
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.link_rate import STREAM_ID_BITS
from fpdeep_gen.partition.model import Order, Phase, Share
from fpdeep_gen.partition.traffic import error_bits

ROUND_TRIP_CYCLES = 40
"""Both ends of a link, there and back."""

RECEIVER_LUT, STREAM_LUT = 1000, 200
"""Both ends of a link, and what each stream adds."""

ENGINE_LUT = 1200
"""Processes of an engine: window, engine, its ends of FIFOs, commands."""

MULTIPLIER_LUT = 60
"""Operand registers and the adder tree's share of a multiplier; running sums stay in the DSPs' own adders."""

TURN_LUT = 16
"""For each multiplier and each further phase of an engine that takes phases in turn: two operands of 16 bits chosen,
two bits in a LUT."""

UPDATE_LANE_LUT = 1300
"""Random numbers, rounding and saturation of one weight a cycle; the product with the step size is a multiplier's of
the gradient engine, which rests then."""

STREAM_FLITS = 64
"""Flits of each stream that a receiver has room for at least, beside a round trip at full rate that all streams
share."""


def line_use(network: Network, geometry: Geometry, share: Share) -> Use:
    """Rows of the input (or of the errors) that an engine's windows look at, and one that arrives."""
    layer = geometry.layer
    if geometry.flat:
        return Use()
    feature, error = network.tensor_format(share.layer).width, error_bits(network, share.layer + 1)
    if share.phase is Phase.FORWARD:
        columns = geometry.inputs_of_sums(share.columns).size
        banks = 1 if columns == layer.in_columns or share.p_tap == 1 else 2
        return _window(share.inputs.size, share.p_in, columns, banks, layer.kernel_rows, share.p_tap, feature)
    if share.phase is Phase.BACKWARD:
        columns = geometry.sums_of_inputs(share.columns).size
        banks = 1 if columns == layer.conv_columns or share.p_tap == 1 else 2
        return _window(share.outputs.size, share.p_out, columns, banks, layer.kernel_rows, share.p_tap, error)
    return _window(share.outputs.size, share.p_out, share.columns.size, 1, 1, 1, error)


@lru_cache(maxsize=1 << 14)
def _window(channels: int, lanes: int, columns: int, column_banks: int, kernel: int, p_tap: int, width: int) -> Use:
    """Patches slide along a row through registers, so that a patch of several columns takes one new column a cycle.
    What a row begins with is padding, or else takes a second column a cycle from a second bank. There is a bank for
    each row where the whole patch is taken at a time."""
    row_banks = kernel + 1 if p_tap > kernel else 1
    depth = -(-channels // lanes) * -(-columns // column_banks) * ((kernel + 1) // row_banks)
    bank = memory_use(lanes * width, max(1, depth))
    return Use(bram18=bank.bram18 * row_banks * column_banks, lut=bank.lut * row_banks * column_banks)


def sums_use(network: Network, share: Share) -> Use:
    """Running sums of an engine: for all channels and columns of its share where it takes inputs as they come or the
    newest row last, else for the columns of the channels in hand."""
    if share.phase is Phase.GRADIENT:
        return Use()
    made, lanes = (share.outputs.size, share.p_out) if share.phase is Phase.FORWARD else (share.inputs.size, share.p_in)
    groups = -(-made // lanes) if share.newest_last or share.order is Order.INPUTS_FIRST else 1
    return memory_use(lanes * network.accumulator_width, groups * share.columns.size)


def engine_lut(share: Share) -> int:
    """LUTs of an engine without its memories: an estimate."""
    return ENGINE_LUT + (MULTIPLIER_LUT if share.counted else TURN_LUT) * share.multipliers


def least_room(link: Link) -> int:
    """Bits of each stream that a receiver has room for at least."""
    return STREAM_FLITS * (link.flit_bits - STREAM_ID_BITS)


def receiver_use(link: Link, clock_mhz: float, streams: int, waiting: int) -> Use:
    """The memory in which `waiting` flits of the streams of one direction of a link wait, and what is under way: FIFOs
    that share one memory."""
    round_trip = 2 * link.latency_cycles + ROUND_TRIP_CYCLES
    flits = round(round_trip * link.flits_per_cycle(clock_mhz)) + waiting
    memory = memory_use(link.flit_bits, flits)
    return Use(bram18=memory.bram18, lut=memory.lut + RECEIVER_LUT + STREAM_LUT * streams)
