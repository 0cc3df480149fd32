"""Number formats of the layers: those given, those calibrated, and what must hold between them."""

from collections.abc import Sequence
from dataclasses import replace

from fpdeep_gen.document import Document
from fpdeep_gen.errors import Problem
from fpdeep_gen.network.learning_rate import step_size
from fpdeep_gen.network.model import Format, LayerFormats, Network
from fpdeep_gen.network.parse_layers import Draft
from fpdeep_gen.network.schema import FormatsSchema

UPDATE_SHIFT_MAXIMUM = 61


def default_formats(given: FormatsSchema) -> LayerFormats:
    """Formats where nothing is given: weights within +-2, outputs within +-16, errors within +-1."""
    width = given.width
    return LayerFormats(
        Format(width, width - 2), Format(width, width - 5), Format(width, width - 1), given.gradient_width
    )


def with_given(network: Network, given: FormatsSchema, drafts: Sequence[Draft]) -> Network:
    """The network with the fractions that the file gives: a layer's own first, then those for all layers."""
    layers = []
    for layer, draft in zip(network.layers, drafts, strict=True):
        formats, own = layer.formats, draft.fractions
        formats = replace(
            formats,
            weight=_with_fraction(formats.weight, own.weight_fraction, given.weight_fraction),
            output=_with_fraction(formats.output, own.output_fraction, given.output_fraction),
            error=_with_fraction(formats.error, own.error_fraction, given.error_fraction),
        )
        layers.append(replace(layer, formats=formats))
    return replace(network, layers=tuple(layers))


def _with_fraction(found: Format, *choices: int | None) -> Format:
    """The first fraction that is given, else the format as it is."""
    return next((Format(found.width, choice) for choice in choices if choice is not None), found)


def forward_shift(network: Network, layer: int) -> int:
    """Bits dropped from the sum of layer `layer` before it is stored: fx + fw - fy."""
    formats = network.layers[layer].formats
    return network.tensor_format(layer).fraction + formats.weight.fraction - formats.output.fraction


def backward_shift(network: Network, layer: int) -> int:
    """Bits dropped from the error that layer `layer` (not the first) sends down: fdy + fw - fdx."""
    formats = network.layers[layer].formats
    return formats.error.fraction + formats.weight.fraction - network.layers[layer - 1].formats.error.fraction


def update_shift(network: Network, layer: int, learning_rate_fraction: int) -> int:
    """S of the weight update: fx + fdy + lr_fraction - fw."""
    formats = network.layers[layer].formats
    gradient_fraction = network.tensor_format(layer).fraction + formats.error.fraction
    return gradient_fraction + learning_rate_fraction - formats.weight.fraction


def format_problems(network: Network, document: Document, drafts: Sequence[Draft]) -> list[Problem]:
    """Formats that the hardware cannot do, named at the layer."""
    problems = []
    rate = step_size(network.training)
    bits = network.accumulator_width
    for index, draft in enumerate(drafts):
        formats = network.layers[index].formats
        fx, fw, fdy = network.tensor_format(index).fraction, formats.weight.fraction, formats.error.fraction
        if not 0 <= forward_shift(network, index) < bits:
            finest = fx + fw
            expected = (
                f"an output fraction of {finest - bits + 1}..{finest} (input {fx} + weight {fw}, sums of {bits} bits)"
            )
            problems.append(document.problem((*draft.at, "output_fraction"), expected, f"{formats.output.fraction}"))
        if index > 0 and not 0 <= backward_shift(network, index) < bits:
            finest, below = fdy + fw, drafts[index - 1]
            source = f"(error {fdy} + weight {fw} of `{draft.name}`, sums of {bits} bits)"
            expected = f"an error fraction of {finest - bits + 1}..{finest} {source}"
            found = f"{network.layers[index - 1].formats.error.fraction}"
            problems.append(document.problem((*below.at, "error_fraction"), expected, found))
        shift = update_shift(network, index, rate.fraction)
        if not 1 <= shift <= UPDATE_SHIFT_MAXIMUM:
            found = f"{shift} = input {fx} + error {fdy} + learning rate {rate.fraction} - weight {fw}"
            hint = "move the fractions of this layer, or the learning rate"
            expected = f"an update shift of 1..{UPDATE_SHIFT_MAXIMUM}"
            problems.append(document.problem((*draft.at, "weight_fraction"), expected, found, hint))
    return problems
