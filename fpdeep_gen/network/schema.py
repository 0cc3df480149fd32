"""The fields of a network YAML file."""

from typing import Any

from pydantic import Field

from fpdeep_gen.document import Schema
from fpdeep_gen.names import Name

FRACTION_MINIMUM, FRACTION_MAXIMUM = -16, 48


class FormatSchema(Schema):
    """A signed fixed-point format."""

    width: int = Field(default=8, ge=2, le=16)
    fraction: int = Field(ge=FRACTION_MINIMUM, le=FRACTION_MAXIMUM)


class InputSchema(Schema):
    """The image."""

    channels: int = Field(ge=1, le=4096)
    rows: int = Field(ge=1, le=4096)
    columns: int = Field(ge=1, le=4096)
    format: FormatSchema


class TrainingSchema(Schema):
    """How the network is trained."""

    batch: int = Field(ge=1, le=65535)
    learning_rate: float = Field(gt=0, le=1024)
    epochs: int = Field(ge=1, le=100_000)
    seed: int = Field(ge=0, le=2**32 - 1)
    momentum: float = Field(default=0.0, ge=0, lt=1)
    images: int | None = Field(default=None, ge=1, le=2**40)


class CalibrateSchema(Schema):
    """Choose fractions from a short training in float64 on so many images."""

    images: int = Field(ge=1, le=1_000_000)


class FractionsSchema(Schema):
    """Fractions that are given rather than chosen."""

    weight_fraction: int | None = Field(default=None, ge=FRACTION_MINIMUM, le=FRACTION_MAXIMUM)
    output_fraction: int | None = Field(default=None, ge=FRACTION_MINIMUM, le=FRACTION_MAXIMUM)
    error_fraction: int | None = Field(default=None, ge=FRACTION_MINIMUM, le=FRACTION_MAXIMUM)


class FormatsSchema(FractionsSchema):
    """Formats of all layers."""

    width: int = Field(default=16, ge=4, le=16)
    gradient_width: int = Field(default=36, ge=16, le=46)
    accumulator_width: int = Field(default=48, ge=16, le=60)
    calibrate: CalibrateSchema | None = None


class ConvSchema(FractionsSchema):
    """A convolution with a square kernel, no bias."""

    name: Name
    channels: int = Field(ge=1, le=4096)
    kernel: int = Field(ge=1, le=64)
    padding: int = Field(default=0, ge=0, le=63)
    stride: int = Field(default=1, ge=1, le=64)
    groups: int = Field(default=1, ge=1, le=4096)


class FullyConnectedSchema(FractionsSchema):
    """A fully connected layer, no bias."""

    name: Name
    features: int = Field(ge=1, le=4096)


class LocalResponseSchema(Schema):
    """Local response normalisation; see `model.LocalResponse`."""

    size: int = Field(ge=1, le=4096)
    alpha: float = Field(gt=0, le=1024)
    beta: float = Field(gt=0, le=16)
    k: float = Field(default=1.0, gt=0, le=1024)


class MaxPoolSchema(Schema):
    """Max-pool whose windows overlap, or reach beyond the end of the map."""

    window: int = Field(ge=2, le=64)
    stride: int | None = Field(default=None, ge=1, le=64)
    overhang: int = Field(default=0, ge=0, le=63)


class NetworkSchema(Schema):
    """A network file; the items of `layers` are checked one by one (see `parse_layers`)."""

    name: Name
    dataset: str | None = Field(default=None, min_length=1)
    input: InputSchema
    training: TrainingSchema
    formats: FormatsSchema = FormatsSchema()
    layers: list[Any] = Field(min_length=1)
