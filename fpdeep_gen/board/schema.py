"""Fields of board and cluster files; docs/boards.md describes them."""

from typing import Annotated

from pydantic import Field

from fpdeep_gen.document import Schema
from fpdeep_gen.names import Name

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]


MOST_BOARDS = 1024


class DdrSchema(Schema):
    """External memory."""

    gigabytes: Positive
    gigabytes_per_second: Positive


class BoardSchema(Schema):
    """A board file."""

    name: Name
    part: Annotated[str, Field(min_length=1)]
    dsp: Count
    bram36: Count
    lut: Count
    ff: Count
    clock_mhz: Positive
    lanes: Annotated[int, Field(ge=0)]
    lane_gbps: Positive
    ddr: DdrSchema | None = None


class LinkSchema(Schema):
    """A whole link, as the cluster's default."""

    lanes: Count
    gbps_per_lane: Positive
    efficiency: Annotated[float, Field(gt=0, le=1)]
    flit_bits: Annotated[int, Field(ge=32, le=1024)]
    latency_cycles: Annotated[int, Field(ge=1, le=10_000)]


class LinkChangeSchema(Schema):
    """What one link has different from the default; `below` is the board under it, counted from 0."""

    below: Annotated[int, Field(ge=0)]
    lanes: Count | None = None
    gbps_per_lane: Positive | None = None
    efficiency: Annotated[float, Field(gt=0, le=1)] | None = None
    flit_bits: Annotated[int, Field(ge=32, le=1024)] | None = None
    latency_cycles: Annotated[int, Field(ge=1, le=10_000)] | None = None


class BoardsSchema(Schema):
    """`count` boards of one kind in a row: the name of a known board, or the path of a board file. `lane_gbps`: what
    the lanes of these boards reach, where that is not what the board file says."""

    board: Annotated[str, Field(min_length=1)]
    count: Annotated[int, Field(ge=1, le=MOST_BOARDS)] = 1
    lane_gbps: Positive | None = None


class ClusterSchema(Schema):
    """A cluster file: either `boards`, or `board` (with `count`, `lane_gbps`) for a chain of one kind."""

    name: Name
    clock_mhz: Positive
    boards: Annotated[list[BoardsSchema], Field(min_length=1)] | None = None
    board: Annotated[str, Field(min_length=1)] | None = None
    count: Annotated[int, Field(ge=1, le=MOST_BOARDS)] | None = None
    lane_gbps: Positive | None = None
    link: LinkSchema | None = None
    links: list[LinkChangeSchema] = Field(default_factory=list)
