"""The host of a chain: a program of commands -> words of its input streams, and words of its output streams -> values.

The host is open-loop: everything it will ever send is known before the run (docs/architecture.md, section 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.store_order import collect_layers, slice_shapes, store_all
from fpdeep_gen.sim.words import Words, pack_words, unpack_words

Integers = NDArray[np.int64]
LayerWeights = tuple[Integers, ...]

WEIGHT_PORT_BITS = 16
PROBABILITY_BITS = 17
PREDICTED_SHIFT = 20
MAXIMUM_IMAGES = (1 << 16) - 1


class Opcode(IntEnum):
    """Bits 0..3 of a command."""

    LOAD = 1
    TRAIN = 2
    INFER = 3
    DUMP = 4


@dataclass(frozen=True)
class Load:
    """Write all weights: one array [o][i][kr][kc] a layer."""

    weights: LayerWeights


@dataclass(frozen=True)
class Train:
    """One SGD step on a mini-batch: raw `images` [n, channels, rows, columns], `labels` [n]."""

    images: Integers
    labels: Integers
    step: int
    seed: int
    learning_rate_raw: int


@dataclass(frozen=True)
class Infer:
    """Forward only: raw `images` [n, channels, rows, columns], `labels` [n]."""

    images: Integers
    labels: Integers


@dataclass(frozen=True)
class Dump:
    """Read all weights back."""


Command = Load | Train | Infer | Dump


@dataclass(frozen=True)
class Program:
    """Commands in the order in which the host gives them."""

    commands: tuple[Command, ...]

    @property
    def images(self) -> int:
        """Images sent, each of which gives one result word."""
        return sum(len(command.labels) for command in self.commands if isinstance(command, Train | Infer))

    @property
    def dumps(self) -> int:
        """Number of DUMP commands."""
        return sum(isinstance(command, Dump) for command in self.commands)


@dataclass(frozen=True)
class HostWords:
    """All words of the host's input streams [n, chunks], and how many words come back."""

    command: Words
    load: Words
    pixels: Words
    label: Words
    expected_results: int
    expected_dump: int

    def inputs(self) -> dict[str, Words]:
        """Words by stream name."""
        return {
            "host_command": self.command,
            "host_load": self.load,
            "host_pixels": self.pixels,
            "host_label": self.label,
        }


@dataclass(frozen=True)
class BatchResult:
    """What came back for one TRAIN or INFER: p of the label (0..65536) and the predicted class, each [n]."""

    probability_raw: Integers
    predicted: Integers


@dataclass(frozen=True)
class HostOutput:
    """All that came back: a `BatchResult` for each TRAIN and INFER, all weights for each DUMP, in order."""

    results: tuple[BatchResult, ...]
    dumps: tuple[LayerWeights, ...]


def encode(plan: Plan, program: Program) -> HostWords:
    """The words that the host sends to run `program` on the chain of `plan`."""
    batches = [command for command in program.commands if isinstance(command, Train | Infer)]
    loads = [command for command in program.commands if isinstance(command, Load)]
    pixels = [pixel_words(plan, batch.images) for batch in batches]
    labels = [np.asarray(batch.labels, dtype=np.int64) for batch in batches]
    stored = [store_all(plan, load.weights) for load in loads]
    pixel_chunks = pixel_words(plan, _no_images(plan)).shape[1]
    return HostWords(
        command=_stack([_command_words(command) for command in program.commands], 4),
        load=pack_words(_column(stored), WEIGHT_PORT_BITS),
        pixels=_stack(pixels, pixel_chunks),
        label=pack_words(_column(labels), 16),
        expected_results=program.images,
        expected_dump=program.dumps * dump_words(plan),
    )


def decode(plan: Plan, program: Program, result_words: Words, dump: Words) -> HostOutput:
    """The values of what the chain sent back. `ComparisonError` on a wrong count of words or padding that is not 0."""
    if len(result_words) != program.images:
        raise ComparisonError(f"host_result: expected {program.images} words, found {len(result_words)}")
    each = dump_words(plan)
    if len(dump) != program.dumps * each:
        raise ComparisonError(f"host_dump: expected {program.dumps * each} words, found {len(dump)}")
    stored = unpack_words(dump, 1, WEIGHT_PORT_BITS).reshape(program.dumps, each)
    return HostOutput(
        results=_split_results(program, result_words),
        dumps=tuple(collect_layers(plan, one) for one in stored),
    )


def dump_words(plan: Plan) -> int:
    """Words of one LOAD or DUMP: all weights with padding."""
    return sum(shape.elements for shape in slice_shapes(plan))


def pixel_words(plan: Plan, images: Integers) -> Words:
    """Images [n, channels, rows, columns] -> words of tensor 0 in stream order (row, channel group, column)."""
    lanes = plan.lanes[0]
    count, channels, rows, columns = images.shape
    groups = -(-channels // lanes)
    padded = np.zeros((count, groups * lanes, rows, columns), dtype=np.int64)
    padded[:, :channels] = images
    ordered = padded.reshape(count, groups, lanes, rows, columns).transpose(0, 3, 1, 4, 2)
    return pack_words(ordered.reshape(-1, lanes), plan.network.input_format.width)


def decode_results(words: Words) -> BatchResult:
    """Result words [n, 1] -> probabilities and predictions."""
    flat = words.reshape(-1).astype(np.int64)
    return BatchResult(flat & ((1 << PROBABILITY_BITS) - 1), flat >> PREDICTED_SHIFT)


def _split_results(program: Program, words: Words) -> tuple[BatchResult, ...]:
    results: list[BatchResult] = []
    offset = 0
    for command in program.commands:
        if isinstance(command, Train | Infer):
            results.append(decode_results(words[offset : offset + len(command.labels)]))
            offset += len(command.labels)
    return tuple(results)


def _command_words(command: Command) -> Words:
    """One command as a row of 4 uint32."""
    match command:
        case Load():
            fields = (int(Opcode.LOAD), 0, 0, 0)
        case Dump():
            fields = (int(Opcode.DUMP), 0, 0, 0)
        case Infer():
            fields = (Opcode.INFER | _image_count(command) << 16, 0, 0, 0)
        case Train():
            head = Opcode.TRAIN | _image_count(command) << 16
            fields = (head, command.seed & 0xFFFFFFFF, command.step & 0xFFFFFFFF, command.learning_rate_raw)
    return np.array([fields], dtype=np.uint32)


def _image_count(command: Train | Infer) -> int:
    count = len(command.labels)
    if not 1 <= count <= MAXIMUM_IMAGES or len(command.images) != count:
        raise ValueError(
            f"expected 1..{MAXIMUM_IMAGES} images and as many labels, found {len(command.images)}, {count}"
        )
    return count


def _no_images(plan: Plan) -> Integers:
    return np.zeros((0, *plan.network.tensor_shape(0)), dtype=np.int64)


def _stack(parts: Sequence[Words], row_chunks: int) -> Words:
    empty = np.zeros((0, row_chunks), dtype=np.uint32)
    return np.concatenate([empty, *parts])


def _column(parts: Sequence[Integers]) -> Integers:
    empty = np.zeros(0, dtype=np.int64)
    return np.concatenate([empty, *parts]).reshape(-1, 1)
