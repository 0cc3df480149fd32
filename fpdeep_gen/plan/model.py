"""The plan: everything that is decided before generation, one JSON document."""

from dataclasses import dataclass
from enum import Enum

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network

PLAN_VERSION = 3


@dataclass(frozen=True)
class SlicePlan:
    """Output channels [out_begin, out_end) of layer `layer` on board `board`. Begins on a multiple of the lanes of
    the layer's output tensor; only the last slice of a layer may end off one.

    `cache_depth`: words of the feature cache (input tensor words, from forward until the gradient reads them).
    `mask_depth`: words of the ReLU/pool mask FIFO (0 where the layer has neither).
    """

    layer: int
    board: int
    out_begin: int
    out_end: int
    cache_depth: int
    mask_depth: int


class Carried(Enum):
    """What a stream over a link carries."""

    COMMAND = "command"
    LABEL = "label"
    LOAD = "load"
    FEATURE = "feature"  # tensor `tensor`, channels [0, end of the slices below)
    RESULT = "result"
    DUMP = "dump"
    ERROR = "error"  # of tensor `tensor`, channels [0, end of the slices below)
    PARTIAL = "partial"  # partial sums of the error of tensor `tensor`, accumulator width


@dataclass(frozen=True)
class LinkStream:
    """One stream over one direction of a link. Its id is its position in the list.

    `word_bits` are cut into `flits_per_word` flits; `words_per_image` in training; `credits`: flits that the
    receiver has room for.
    """

    carried: Carried
    tensor: int
    word_bits: int
    flits_per_word: int
    words_per_image: int
    credits: int


@dataclass(frozen=True)
class LinkPlan:
    """Streams between board `index` and board `index` + 1, upward and downward, and the flits of a trained image."""

    index: int
    up: tuple[LinkStream, ...]
    down: tuple[LinkStream, ...]
    up_flits_per_image: float
    down_flits_per_image: float


@dataclass(frozen=True)
class EnginePlan:
    """One engine: its multipliers and the cycles it works for one image (its fold times the outputs)."""

    name: str
    phase: str
    layer: int
    board: int
    multipliers: int
    cycles_per_image: int
    useful_macs_per_image: int

    def fewest_multipliers(self, interval: int) -> int:
        """Multipliers without which no engine does the work in `interval` cycles an image, whatever its folds."""
        return -(-self.useful_macs_per_image // interval)


@dataclass(frozen=True)
class BoardUse:
    """Resources that one board's part of the plan needs (LUT and FF are estimates)."""

    board: int
    dsp: int
    bram36: float
    lut: int
    ff: int


@dataclass(frozen=True)
class Prediction:
    """Times in clock cycles. `latency`: first pixel in to last gradient added, of one image alone."""

    interval: int
    latency: int
    update: int
    batch: int
    images_per_second: float


@dataclass(frozen=True)
class Plan:
    """The whole plan. `lanes[t]`: channels a word of tensor t; `taps[l]`: p_tap of layer l (1, k or k * k); `p_in[l]`:
    input channels a cycle in the forward and the gradient engine of layer l, a divisor of lanes[l]; `p_error[l]`:
    output channels a cycle in its backward engine, a divisor of lanes[l + 1], `p_back[l]`: input channels whose errors
    it works out a cycle, a divisor of lanes[l] (any of both: the first layer has no such engine).
    `learning_rate_*`: raw value and fraction of the step size with the division by the batch in it; `update_lanes[l]`:
    weights updated a cycle in each weight store of layer l, a divisor of lanes[l] * lanes[l + 1] * p_tap."""

    network: Network
    cluster: Cluster
    lanes: tuple[int, ...]
    taps: tuple[int, ...]
    p_in: tuple[int, ...]
    p_error: tuple[int, ...]
    p_back: tuple[int, ...]
    update_lanes: tuple[int, ...]
    learning_rate_raw: int
    learning_rate_fraction: int
    slices: tuple[SlicePlan, ...]
    links: tuple[LinkPlan, ...]
    engines: tuple[EnginePlan, ...]
    uses: tuple[BoardUse, ...]
    prediction: Prediction
    version: int = PLAN_VERSION
