"""Network YAML to `Network`: fields checked, shapes inferred, number formats chosen."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.document import Document, load_document, validate
from fpdeep_gen.document_problems import did_you_mean, known_file
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.calibrate import calibrate
from fpdeep_gen.network.dataset import BUILT_IN, load_dataset
from fpdeep_gen.network.formats import default_formats, format_problems, with_given
from fpdeep_gen.network.known import known_networks
from fpdeep_gen.network.model import Format, Layer, LayerFormats, LayerKind, Network, Training
from fpdeep_gen.network.onnx_import import import_onnx
from fpdeep_gen.network.parse_layers import Draft, parse_layers
from fpdeep_gen.network.schema import NetworkSchema
from fpdeep_gen.network.trainable import require_trainable

WEIGHT_PORT_BITS = 16
"""Generated boards load and dump weights in words of this width."""


@dataclass(frozen=True)
class Loaded:
    """A network, and what its user should know of how it was read."""

    network: Network
    notes: tuple[str, ...]


def load_with_notes(path: Path, for_training: bool = False, for_boards: bool = False) -> Loaded:
    """Reads a network file or an ONNX model; see `load_network`."""
    if path.suffix.lower() != ".onnx":
        return Loaded(load_network(path, for_training, for_boards), ())
    imported = import_onnx(path)
    try:
        return Loaded(_network_of(imported.document, path, for_training, for_boards), imported.notes)
    except InputError as error:
        raise InputError(imported.named(error.problems)) from error


def load_network(path: Path, for_training: bool = False, for_boards: bool = False) -> Network:
    """Reads a network file: YAML, an ONNX model, or the name of a known network.

    Raises `InputError` with every problem of the file, or of its data set; with `for_training` also with all that can
    be planned but not trained yet, with `for_boards` also with formats that boards do not take. A data set that is a
    file is looked up beside the network file.
    """
    if path.suffix.lower() == ".onnx":
        return load_with_notes(path, for_training, for_boards).network
    return _network_of(load_document(network_file(path)), path, for_training, for_boards)


def network_file(path: Path) -> Path:
    """The path, or that of the known network with this name."""
    return known_file(path, known_networks(), "a network file")


def _network_of(document: Document, path: Path, for_training: bool, for_boards: bool) -> Network:
    schema, drafts = _checked(document)
    if for_boards and schema.formats.width != WEIGHT_PORT_BITS:
        raise InputError([_width_problem(document, schema.formats.width)])
    formats = default_formats(schema.formats)
    shape = (schema.input.channels, schema.input.rows, schema.input.columns)
    layers, problems = infer_layers(document, drafts, shape, formats)
    problems += [*_dataset_problems(document, schema, drafts), *_epoch_problems(document, schema)]
    if problems:
        raise InputError(problems)
    network = _assemble(path, schema, layers)
    if for_training or schema.formats.calibrate is not None:
        require_trainable(network, document, drafts)
    if schema.formats.calibrate is not None:
        network = _calibrated(document, network, schema.formats.calibrate.images)
    network = with_given(network, schema.formats, drafts)
    problems = format_problems(network, document, drafts)
    if problems:
        raise InputError(problems)
    return network


def _width_problem(document: Document, width: int) -> Problem:
    expected = f"{WEIGHT_PORT_BITS} bits, the width of a weight at the host's ports"
    hint = "leave it out for boards; the golden engine trains with other widths (`fpdeep train --engine golden`)"
    return document.problem(("formats", "width"), expected, str(width), hint)


def _calibrated(document: Document, network: Network, images: int) -> Network:
    """The network with calibrated fractions; raises where its training diverges even in float64."""
    found = calibrate(network, load_dataset(network), images)
    if found is None:
        at, rate = ("training", "learning_rate"), network.training.learning_rate
        expected = "a learning rate with which the network learns"
        raise InputError([document.problem(at, expected, f"`{rate}`, which diverges in float64", "try a tenth of it")])
    return found


def _checked(document: Document) -> tuple[NetworkSchema, list[Draft]]:
    """Fields and drafts of the layers; raises with the problems of both."""
    problems: list[Problem] = []
    schema: NetworkSchema | None = None
    try:
        schema = validate(document, NetworkSchema)
    except InputError as error:
        problems.extend(error.problems)
    drafts: list[Draft | None] = []
    items = document.data.get("layers") if isinstance(document.data, dict) else None
    if isinstance(items, list) and items:
        drafts, layer_problems = parse_layers(document, items)
        problems.extend(layer_problems)
    whole = [draft for draft in drafts if draft is not None]
    if schema is None or problems:
        if schema is not None:
            known = whole if len(whole) == len(drafts) else drafts[: drafts.index(None)]
            problems.extend(_shape_problems(document, schema, [draft for draft in known if draft is not None]))
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    return schema, whole


def _shape_problems(document: Document, schema: NetworkSchema, drafts: Sequence[Draft]) -> list[Problem]:
    """Problems of the shapes, as far as the layers are known."""
    shape = (schema.input.channels, schema.input.rows, schema.input.columns)
    return infer_layers(document, drafts, shape, default_formats(schema.formats))[1]


def infer_layers(
    document: Document, drafts: Sequence[Draft], shape: tuple[int, int, int], formats: LayerFormats
) -> tuple[tuple[Layer, ...], list[Problem]]:
    """Layers with their input shapes, from the image's (channels, rows, columns); stops at the first layer that has
    no output, as those after it have no input."""
    layers: list[Layer] = []
    for draft in drafts:
        channels, rows, columns = shape
        full = draft.kind is LayerKind.FULLY_CONNECTED
        layer = Layer(
            name=draft.name,
            kind=draft.kind,
            in_channels=channels,
            in_rows=rows,
            in_columns=columns,
            out_channels=draft.out_channels,
            kernel_rows=rows if full else draft.kernel,
            kernel_columns=columns if full else draft.kernel,
            padding=draft.padding,
            relu=draft.relu_at is not None,
            pool=draft.pool,
            formats=formats,
            stride=draft.stride,
            groups=draft.groups,
            pool_stride=draft.pool_stride,
            pool_overhang=draft.pool_overhang,
            normalisation=draft.normalisation,
            dropout=draft.dropout,
        )
        problems = _layer_problems(document, draft, layer)
        if problems:
            return tuple(layers), problems
        layers.append(layer)
        shape = (layer.out_channels, layer.out_rows, layer.out_columns)
    return tuple(layers), []


def _layer_problems(document: Document, draft: Draft, layer: Layer) -> list[Problem]:
    """Groups that do not divide the channels; a kernel, padding or pool that does not fit the map."""
    if layer.in_channels % layer.groups or layer.out_channels % layer.groups:
        common = math.gcd(layer.in_channels, layer.out_channels)
        expected = f"a divisor of {common} ({layer.in_channels} channels in, {layer.out_channels} out)"
        return [document.problem((*draft.at, "groups"), expected, f"`{layer.groups}`")]
    source = f"the map is {layer.in_rows} x {layer.in_columns}, with padding {layer.padding}"
    if layer.conv_rows < 1 or layer.conv_columns < 1:
        largest = min(layer.in_rows, layer.in_columns) + 2 * layer.padding
        return [document.problem((*draft.at, "kernel"), f"a kernel of at most {largest}", f"`{draft.kernel}`", source)]
    if draft.kind is LayerKind.CONVOLUTION and layer.padding >= draft.kernel:
        expected = f"a padding of at most {draft.kernel - 1} (kernel {draft.kernel} - 1)"
        return [document.problem((*draft.at, "padding"), expected, f"`{layer.padding}`")]
    if draft.pool_at is not None and (layer.out_rows < 1 or layer.out_columns < 1):
        largest = min(layer.conv_rows, layer.conv_columns)
        hint = f"the map of `{layer.name}` is {layer.conv_rows} x {layer.conv_columns}"
        expected = f"a window of at most {largest}" if largest > 1 else "no max_pool here"
        return [document.problem(draft.pool_at, expected, f"`{draft.pool}`, which leaves nothing", hint)]
    return []


def _dataset_problems(document: Document, schema: NetworkSchema, drafts: Sequence[Draft]) -> list[Problem]:
    """A data set that is unknown, or whose images or classes are not the network's."""
    name, at = schema.dataset, ("dataset",)
    if name is None:
        return []
    built_in = BUILT_IN.get(name)
    if built_in is None:
        if name.endswith(".npz"):
            return []
        expected = "one of " + ", ".join(BUILT_IN) + ", or the path of an .npz file"
        return [document.problem(at, expected, f"`{name}`", did_you_mean(name, BUILT_IN))]
    problems = []
    shape = (schema.input.channels, schema.input.rows, schema.input.columns)
    if shape != built_in.shape:
        wanted, found = (" x ".join(map(str, sides)) for sides in (built_in.shape, shape))
        hint = "channels x rows x columns"
        problems.append(document.problem(("input",), f"{wanted} (the images of `{name}`)", found, hint))
    if drafts[-1].out_channels < built_in.classes:
        expected = f"at least {built_in.classes} features (the classes of `{name}`)"
        problems.append(document.problem((*drafts[-1].at, "features"), expected, f"`{drafts[-1].out_channels}`"))
    return problems


def _epoch_problems(document: Document, schema: NetworkSchema) -> Iterator[Problem]:
    """Images of an epoch that are given beside a data set, or are too few for a mini-batch."""
    images, at = schema.training.images, ("training", "images")
    if images is None:
        return
    if schema.dataset is not None:
        yield document.problem(at, "nothing beside a data set, whose training images are counted", f"`{images}`")
    elif images < schema.training.batch:
        yield document.problem(at, f"at least a mini-batch of {schema.training.batch}", f"`{images}`")


def _assemble(path: Path, schema: NetworkSchema, layers: tuple[Layer, ...]) -> Network:
    """The network with default formats."""
    training, name = schema.training, schema.dataset
    return Network(
        name=schema.name,
        input_channels=schema.input.channels,
        input_rows=schema.input.rows,
        input_columns=schema.input.columns,
        input_format=Format(schema.input.format.width, schema.input.format.fraction),
        layers=layers,
        training=Training(
            training.batch,
            float(training.learning_rate),
            training.epochs,
            training.seed,
            float(training.momentum),
            training.images,
        ),
        dataset=name if name is None or name in BUILT_IN else str(path.parent / name),
        accumulator_width=schema.formats.accumulator_width,
    )
