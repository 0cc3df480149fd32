"""The figures of the energy estimate, from a YAML file that names a source for each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from fpdeep_gen.board.model import Board
from fpdeep_gen.document import Schema, read_model

FILE = Path(__file__).parent / "fpga.yaml"
"""The figures that are taken where no others are given."""

Amount = Annotated[float, Field(ge=0)]


@dataclass(frozen=True)
class EnergyModel:
    """Watts of a board that does nothing (`boards`: of boards of a name, where they differ), and picojoules of a
    multiply-accumulate, of a bit read or written on chip, of a bit on a link's lane, of a bit to or from DDR."""

    static_watts: float
    boards: tuple[tuple[str, float], ...]
    operation_pj: float
    chip_bit_pj: float
    link_bit_pj: float
    ddr_bit_pj: float

    def watts(self, board: Board) -> float:
        """Of a board at rest."""
        return dict(self.boards).get(board.name, self.static_watts)


class FigureSchema(Schema):
    """A figure and where it comes from."""

    value: Amount
    source: Annotated[str, Field(min_length=1)]


class EnergySchema(Schema):
    """An energy file."""

    static_watts: FigureSchema
    boards: dict[str, Amount] = Field(default_factory=dict)
    operation_pj: FigureSchema
    chip_bit_pj: FigureSchema
    link_bit_pj: FigureSchema
    ddr_bit_pj: FigureSchema


def load_energy(path: Path = FILE) -> EnergyModel:
    """Reads an energy file. Raises `InputError` with every problem."""
    _, schema = read_model(path, EnergySchema)
    return EnergyModel(
        schema.static_watts.value,
        tuple(sorted(schema.boards.items())),
        schema.operation_pj.value,
        schema.chip_bit_pj.value,
        schema.link_bit_pj.value,
        schema.ddr_bit_pj.value,
    )
