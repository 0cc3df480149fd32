"""The balanced plan: every multiply-accumulate of training placed on a board, and what follows from that.

Unlike `plan.model.Plan`, which is what can be generated today, this document describes any chain of up to 128 boards:
docs/planner.md has the cost model behind each number. All bits are those of one trained image, all times clock cycles.

How it runs (what a simulation of the plan executes):

- Row r of an image's pixels is handed to the first board `r / rows` of `Prediction.intake` after the first one.
- A tensor is made and sent row by row, top row first; the output of a fully connected layer moves in `VECTOR_PARTS`
  parts, which are called rows here. An engine's row is there, whole, `Delays.engine` after the step that made it. An
  engine makes group after group of its `p_out` (backward `p_in`) channels in the last part of the step, when nothing is
  left to wait for; the first bits of the row are there with the first group (`Order.INPUTS_FIRST`: with the last).
- Each `LinkLoad` is one stream, and has a fixed part of its link's flits (`bits_per_cycle`; nobody else gets those that
  it leaves empty). Its rows cross the link in order: row r begins when the row before it is through and the first bits
  are there of all that the sending board adds to it and of what comes over the link before. It takes `bits / rows /
  bits_per_cycle`, and is not through before all of it is whole here. First and last bits are at the other end
  `LinkPlan.latency_cycles` later. Halos of overlapping pools and of normalisation take their time on links with the
  rows of their tensor, but nobody waits for them.
- The bits of a row follow each other evenly from its begin to its end: what engines of a board make (from the first
  bits of the fastest to the last of the slowest), and what crosses a link. A `Fifo` holds what has come and not gone:
  over the next link, or, row by row, to where the row is taken as soon as all its parts are whole; the next row's
  parts go there as they come. A row's end on a link waits until all but so many bits as the FIFO behind it holds have
  gone.
- Partial sums (of errors, or of a fully connected layer's outputs) run from both ends of the layer's boards to the one
  that rounds them; each board on the way adds its own to those that pass, so that such a row is a row like others; the
  one that rounds them sends on bits as they are complete.
- A row is there on a board when all parts that the board needs are, from itself, from below and from above. A row of a
  layer's input then enters the board's caches, in order, as soon as all of them have room for it and for the next one,
  which is coming in.
- A whole row waits for a convolution's engines until their line buffers have room for it: those hold the rows of the
  step at hand and one more (of pooled errors so many as fit into `kernel_rows` + 1 rows of sums, gradient: 2). Errors
  of a fully connected layer wait until they are in its gradients.
- An engine (a `Share`) works through its output rows in order, one image after the other, `row_cycles` for each. Row r
  of a convolution needs the input rows up to `r * stride - padding + kernel_rows - 1`, clipped to the map (backward:
  the error rows of all sums that the input rows of a step of `stride` rows had a part in). Where `newest_last`, the
  engine takes the kernel rows one after the other, the newest input row's last: it begins a row when all but the newest
  needed row are there, works `(kernel_rows - 1) / kernel_rows` of `row_cycles` on them, then waits for the newest, then
  finishes the row. Otherwise it waits for all of them first.
- The gradient engine takes row r when the errors of its sums' row r are there (their features lie in the cache).
- A pooled row is complete with the last sum row of its window; the errors of a pooled row are those of all sum rows of
  its window, at once.
- Engines of fully connected layers. Forward, `Order.INPUTS_FIRST`: takes rows of its input as they come, `cycles /
  rows` for each (parts of a vector, from the second on, are worked on while their words arrive), and has all outputs
  with the last. Forward, `Order.OUTPUTS_FIRST`: begins when all inputs are there and makes part after part. Backward
  likewise, from the errors' parts to the rows of the input's errors. Gradient: `cycles / VECTOR_PARTS` for each part of
  the errors.
- The phases of a piece of a fully connected layer may be one engine's (`in_turn`): in each cycle it works on the
  forward phase if a step of it has what it needs, else on the backward, else on the gradient phase. What is broken off
  goes on where it was; each phase keeps running sums of its own. The store of weights hands out as many a cycle as the
  engine has multipliers, to whichever phase has its turn. Behind a batch's last image the forward phase keeps its
  turns, those of the last image again in every interval, until the last errors are through: a batch's last images come
  through as others do, and find as much room.
- The loss has all errors at once, `Delays.loss` after the last output is there.
- With weights in DDR, fully connected layers take `shared_weights` images at a time: a step needs its row of all of
  them and takes as many times its cycles, and their rows move together. Gradient engines take `shared_gradients`. The
  last images of a batch may be fewer.
- A cache keeps an input row from its arrival until the gradient engine is through with the last sum row that needs it.
- The place of a pooling window's winner travels with the feature, is kept in the cache of the layer that reads it and
  comes back with its error. Of tensors that have `Winners` it is kept by the boards that need the errors: from when the
  first bits of the row are made anywhere until the row's errors have been used in all steps of the board's engines that
  need them. Boards that did not make the window get it with the rows of the tensor; nobody waits for it.
- A batch's end: every board updates its layers, those whose gradients are complete first first, `update_lanes` weights
  a cycle. What crosses links once a batch does so after the last gradient. The next batch's first pixel comes
  `Prediction.update` after the last gradient; an engine begins with it when the weights of its layer on its board and
  what crosses the links beside it are there.
"""

from dataclasses import dataclass
from enum import Enum

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds_model import Bounds

BALANCED_PLAN_VERSION = 7

VECTOR_PARTS = 32
"""Parts in which the output of a fully connected layer moves."""


class _Kind(Enum):
    """Members are one of a kind, so that their identity, which is sooner had than their name's hash, does."""

    __hash__ = object.__hash__


class Phase(_Kind):
    """What an engine computes."""

    FORWARD = "forward"
    BACKWARD = "backward"
    GRADIENT = "gradient"


class Order(_Kind):
    """In which order the engine of a fully connected layer takes its multiplications."""

    INPUTS_FIRST = "inputs_first"  # every input as it comes, with a running sum for every output
    OUTPUTS_FIRST = "outputs_first"  # every output in turn, which needs all inputs at hand


@dataclass(frozen=True, order=True)
class Range:
    """Integers begin..end - 1."""

    begin: int
    end: int

    @property
    def size(self) -> int:
        """How many."""
        return self.end - self.begin

    def within(self, other: "Range") -> bool:
        """Whether all of it lies in `other`."""
        return other.begin <= self.begin and self.end <= other.end


@dataclass(frozen=True)
class Share:
    """One engine: the part of one phase of one layer that it computes on board `board`.

    A box of multiply-accumulates: `outputs` x `inputs` channels (of the whole layer; with groups only the pairs within
    a group) x all taps x `rows` x `columns`. `rows` and `columns` are those of the sums (forward, gradient) or of the
    input map (backward). A fully connected layer has one row and one column, and `inputs` are those of its input
    tensor's channels (every position of the map).

    `p_in` x `p_out` x `p_tap` multipliers work `row_cycles` for each row, `cycles` for an image; `macs` of them are
    useful. `partial`: its sums are added up over the boards of the layer (an `accumulator_width` word for each).
    `in_turn`: the phases of the layer on this board take turns on one engine.
    """

    layer: int
    board: int
    phase: Phase
    outputs: Range
    inputs: Range
    rows: Range
    columns: Range
    p_in: int
    p_out: int
    p_tap: int
    row_cycles: int
    cycles: int
    macs: int
    newest_last: bool = False
    order: Order = Order.OUTPUTS_FIRST
    partial: bool = False
    in_turn: bool = False

    @property
    def multipliers(self) -> int:
        """Multipliers of the engine."""
        return self.p_in * self.p_out * self.p_tap

    @property
    def counted(self) -> bool:
        """Whether its multipliers count as its own: those of an engine of several phases are the forward phase's."""
        return not self.in_turn or self.phase is Phase.FORWARD


class Kept(_Kind):
    """What a store keeps."""

    WEIGHTS = "weights"
    GRADIENTS = "gradients"


class Place(_Kind):
    """Which memory a store is in."""

    CHIP = "chip"
    DDR = "ddr"


@dataclass(frozen=True)
class Store:
    """Weights (or their gradients, which are added to their velocities) of `outputs` x `inputs` channels of layer
    `layer` on `board`: `words` of `width` bits; `bram18` RAMB18s if on chip. `is_copy`: the same weights have their
    master on another board (or in another store of this one) and come from there once a batch."""

    layer: int
    board: int
    kept: Kept
    outputs: Range
    inputs: Range
    words: int
    width: int
    place: Place
    bram18: int
    is_copy: bool = False


@dataclass(frozen=True)
class Cache:
    """Inputs of a gradient share, kept until their errors come: at most `rows` rows of `columns` x `inputs` channels,
    `width` bits each, over all images under way."""

    layer: int
    board: int
    inputs: Range
    columns: Range
    rows: int
    width: int
    place: Place
    bram18: int


@dataclass(frozen=True)
class Winners:
    """Which elements of pooling windows won, kept on a board until the errors of tensor `tensor` have come: at most
    `rows` rows of `columns` x `channels`, `width` bits each, over all images under way. Features and errors of such a
    tensor cross links without them."""

    tensor: int
    board: int
    channels: Range
    columns: Range
    rows: int
    width: int
    bram18: int


class Carried(_Kind):
    """What crosses a link."""

    FEATURE = "feature"
    ERROR = "error"
    PARTIAL = "partial"  # sums of several boards' backward shares, which become errors of the tensor
    SUM = "sum"  # sums of several boards' forward shares, which become the tensor
    CONTROL = "control"  # labels and results


@dataclass(frozen=True)
class LinkLoad:
    """Bits of an image, without framing, of one tensor in one direction of a link, and the rate that it has there."""

    carried: Carried
    tensor: int
    bits: int
    bits_per_cycle: float


class Waits(_Kind):
    """Where in a board something waits in a FIFO."""

    MADE = "made"  # what engines here (the host, the loss) made: for links, or for what others add to the row
    FROM_BELOW = "from_below"  # what came over the link from the board below: for the next link, or for other parts
    FROM_ABOVE = "from_above"
    ENGINES = "engines"  # whole rows: for engines that have no room for them in their line buffers yet


@dataclass(frozen=True)
class Fifo:
    """The most bits of a tensor that wait at a place of a board at a time. Those from links have a least size, and take
    what a link's latency asks for beside it."""

    board: int
    carried: Carried
    tensor: int
    waits: Waits
    bits: int


@dataclass(frozen=True)
class LinkPlan:
    """The link between board `index` and `index` + 1. `up_cycles`, `down_cycles`: cycles an image that its streams
    take with framing and credits; at most the interval. `*_batch_bits`: gradients and weights that cross once a
    mini-batch, after its last image."""

    index: int
    up: tuple[LinkLoad, ...]
    down: tuple[LinkLoad, ...]
    up_cycles: int
    down_cycles: int
    up_batch_bits: int
    down_batch_bits: int
    latency_cycles: int
    payload_bits_per_cycle: float


@dataclass(frozen=True)
class BoardUse:
    """What one board's part takes. RAMB18s by use; LUT, with those that are memory, is an estimate; DDR in bits an
    image.

    `auxiliary_dsp`: multipliers that normalisation and the loss need beside the engines'."""

    board: int
    macs: int
    engine_dsp: int
    auxiliary_dsp: int
    weight_bram18: int
    gradient_bram18: int
    cache_bram18: int
    line_bram18: int
    partial_bram18: int
    fifo_bram18: int
    lut: int
    ddr_bits: int

    @property
    def dsp(self) -> int:
        """All DSPs."""
        return self.engine_dsp + self.auxiliary_dsp

    @property
    def bram18(self) -> int:
        """All RAMB18s."""
        return (
            self.weight_bram18
            + self.gradient_bram18
            + self.cache_bram18
            + self.line_bram18
            + self.partial_bram18
            + self.fifo_bram18
        )


@dataclass(frozen=True)
class PhaseTimes:
    """When the engines of one phase of a layer work on an image whose first pixel comes at 0, in a full pipeline."""

    layer: int
    phase: Phase
    begin: int
    end: int


@dataclass(frozen=True)
class Delays:
    """Cycles from an engine's last operand to its result (`engine`), and from the last output of the network to the
    first error (`loss`)."""

    engine: int
    loss: int


@dataclass(frozen=True)
class Prediction:
    """`interval`: between images of a batch; `intake`: in which the pixels of one come, and engines keep up. `latency`:
    first pixel in to last gradient added, of the image for which it takes longest in the full pipeline; `drain`: of the
    last image of a batch. `update`: after its last gradient until the next batch's first pixel. `shared_weights`,
    `shared_gradients`: images that share one read of weights, and one read and write of gradients, in DDR."""

    interval: int
    intake: int
    latency: int
    drain: int
    update: int
    batch: int
    shared_weights: int
    shared_gradients: int
    times: tuple[PhaseTimes, ...]

    @property
    def fill(self) -> float:
        """Latency in intervals."""
        return self.latency / self.interval

    @property
    def last_gradient(self) -> int:
        """From a mini-batch's first pixel to its last gradient."""
        return (self.batch - 1) * self.interval + self.drain

    @property
    def batch_cycles(self) -> int:
        """From a mini-batch's first pixel to the next one's."""
        return self.cycles_of(self.batch)

    def cycles_of(self, batch: int) -> int:
        """The same for batches of another size, with images that share no read of DDR."""
        return (batch - 1) * self.interval + self.drain + self.update


@dataclass(frozen=True)
class BalancedPlan:
    """The whole plan."""

    network: Network
    cluster: Cluster
    shares: tuple[Share, ...]
    stores: tuple[Store, ...]
    caches: tuple[Cache, ...]
    fifos: tuple[Fifo, ...]
    links: tuple[LinkPlan, ...]
    uses: tuple[BoardUse, ...]
    delays: Delays
    prediction: Prediction
    bounds: Bounds
    winners: tuple[Winners, ...] = ()
    kind: str = "balanced"
    version: int = BALANCED_PLAN_VERSION

    @property
    def kept_winners(self) -> frozenset[int]:
        """Tensors whose features and errors cross links without the places of windows' winners."""
        return frozenset(kept.tensor for kept in self.winners)
