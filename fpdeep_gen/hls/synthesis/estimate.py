"""Resources of compiled tops: every distinct unit is synthesised once, several at a time, and kept by content."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.compile import CompiledKernel
from fpdeep_gen.hls.emit.report import Resources
from fpdeep_gen.hls.synthesis.units import Part, Unit, distinct, parts_of
from fpdeep_gen.hls.synthesis.yosys import Synthesis, method_key, run_yosys, synthesis_of
from fpdeep_gen.hls.tools import content_key

BATCH_CHARACTERS = 60_000
BATCH_UNITS = 20
"""Modules that share a run of Yosys: small ones, as reading its libraries takes two seconds; each also costs most of a
second by itself, so they are not all in one."""

UNIT_LIMIT_S = 300.0

Found = Synthesis | str
"""What became of a unit; text: why it has no figures."""


@dataclass(frozen=True)
class PartFigures:
    """One part of a top: `synthesised` is of one instance, None where Yosys could not do it (`reason` says why)."""

    name: str
    instances: tuple[str, ...]
    modelled: Resources
    synthesised: Resources | None
    cells: dict[str, int]
    reason: str = ""


@dataclass(frozen=True)
class TopFigures:
    """A top as a whole: sums over all instances. `synthesised` lacks the parts in `missing`."""

    top: str
    synthesised: Resources
    modelled: Resources
    parts: tuple[PartFigures, ...]

    @property
    def missing(self) -> tuple[PartFigures, ...]:
        """Parts without figures."""
        return tuple(part for part in self.parts if part.synthesised is None)

    def to_json(self) -> str:
        """Deterministic text."""
        document: dict[str, Any] = {"complete": not self.missing, **asdict(self)}
        return json.dumps(document, indent=1) + "\n"


def estimate(
    kernels: Sequence[CompiledKernel],
    cache: Path,
    jobs: int = 0,
    limit_s: float = UNIT_LIMIT_S,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[TopFigures, ...]:
    """Synthesise the parts of compiled tops; `cache`: folder of what is known already; `jobs` 0: one a core.

    `limit_s`: seconds for one unit, which has no figures if it takes longer. `progress` hears of (done, all) units.
    Raises ToolError where Yosys is missing.
    """
    parts = [parts_of(kernel.verilog.read_text(encoding="utf-8"), kernel.report) for kernel in kernels]
    units = distinct(part for of_top in parts for part in of_top)
    found: dict[Unit, Found] = {unit: known for unit in units if (known := _read(cache, unit)) is not None}
    todo = _batches([unit for unit in units if unit not in found])
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for batch in pool.map(lambda batch: _run(batch, limit_s, cache), todo):
            found |= batch
            if progress is not None:
                progress(len(found), len(units))
    return tuple(_top(kernel, of_top, found) for kernel, of_top in zip(kernels, parts, strict=True))


def _batches(units: Sequence[Unit]) -> list[list[Unit]]:
    """Large units alone and first, so that the last to end is a short one."""
    batches: list[list[Unit]] = []
    room = 0
    for unit in sorted(units, key=lambda unit: -len(unit.body)):
        if len(unit.body) > room or len(batches[-1]) >= BATCH_UNITS:
            batches.append([])
            room = BATCH_CHARACTERS
        batches[-1].append(unit)
        room -= len(unit.body)
    return batches


def _run(batch: Sequence[Unit], limit_s: float, cache: Path) -> dict[Unit, Found]:
    """A batch that fails is done again one by one, to find out which unit it is."""
    try:
        found = run_yosys(batch, limit_s * len(batch))
    except ToolError as error:
        if len(batch) == 1:
            return {batch[0]: str(error)}
        return {unit: result for unit in batch for result in _run([unit], limit_s, cache).values()}
    for unit, synthesis in found.items():
        _write(cache, unit, synthesis)
    return dict(found)


def _file(cache: Path, unit: Unit) -> Path:
    return cache / f"{content_key(unit.key, method_key())}.json"


def _read(cache: Path, unit: Unit) -> Synthesis | None:
    """What is known of a unit; a damaged file counts as none."""
    try:
        cells: Mapping[str, int] = json.loads(_file(cache, unit).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return synthesis_of(cells)


def _write(cache: Path, unit: Unit, synthesis: Synthesis) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    path = _file(cache, unit)
    scratch = path.with_suffix(f".{os.getpid()}")
    scratch.write_text(json.dumps(synthesis.cells), encoding="utf-8")
    scratch.replace(path)


def _top(kernel: CompiledKernel, parts: Sequence[Part], found: Mapping[Unit, Found]) -> TopFigures:
    figures = tuple(_figures(part, found[part.unit]) for part in parts)
    synthesised, modelled = Resources(), Resources()
    for part in figures:
        for _ in part.instances:
            modelled += part.modelled
            synthesised += part.synthesised or Resources()
    return TopFigures(kernel.top, synthesised, modelled, figures)


def _figures(part: Part, found: Found) -> PartFigures:
    if isinstance(found, str):
        return PartFigures(part.name, part.instances, part.modelled, None, {}, found)
    return PartFigures(part.name, part.instances, part.modelled, found.resources, found.cells)
