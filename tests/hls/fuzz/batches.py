"""Runs random kernels in batches, natively against RTL under random stalls."""

import re
from collections.abc import Mapping, Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings

from fpdeep_gen.errors import InputError, ToolError
from fpdeep_gen.hls.compile import CompiledKernel
from tests.hls.batch.build import Group, Source, compile_source, native, simulation
from tests.hls.batch.run import Failed, Stimulus, run_group
from tests.hls.fuzz.kernels import CALLS, Kernel, Kind, kernels
from tests.hls.fuzz.types import pool

STALLS = (0.0, 0.4)
ALIKE = 100  # seeds in a row that draw from the same types


def drawn(count: int, first: int, kind: Kind = Kind.ANY) -> list[Kernel]:
    """The kernels of `count` seeds from `first` on, always the same ones."""
    return [_of_seed(first + place, kind)[-1] for place in range(count)]


def _of_seed(number: int, kind: Kind) -> list[Kernel]:
    """Kernels that hypothesis draws for a seed: the trivial one and a random one.

    More of a seed would be variations of the first ones, so each kernel gets a seed of its own.
    """
    found: list[Kernel] = []

    @seed(number)
    @settings(
        max_examples=2, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(kernels(pool(number // ALIKE), kind))
    def take(kernel: Kernel) -> None:
        found.append(kernel)

    take()
    return found


def differences(batch: Sequence[Kernel], stall_seed: int = 1, optimise: str = "-O0") -> list[str]:
    """For each kernel what is wrong, "" where nothing is: refused, a crash, or other words than natively."""
    found = [""] * len(batch)
    sources: dict[int, Source] = {}
    compiled: dict[str, CompiledKernel] = {}
    for place, kernel in enumerate(batch):
        source = kernel.source(f"k{place}")
        made = _compiled(source)
        if isinstance(made, str):
            found[place] = made
        else:
            compiled[source.top] = made
            sources[place] = source
    for place, text in _run(batch, sources, compiled, stall_seed, optimise).items():
        found[place] = text
    return found


def _run(
    batch: Sequence[Kernel],
    sources: Mapping[int, Source],
    compiled: Mapping[str, CompiledKernel],
    stall_seed: int,
    optimise: str,
) -> dict[int, str]:
    """The differences of kernels that the compiler takes. What cannot be built is left out and the rest built again."""
    if not sources:
        return {}
    kernels = {one.top: compiled[one.top] for one in sources.values()}
    try:
        group = Group(kernels, simulation(list(kernels.values()), optimise), native(list(sources.values()), kernels))
        stimuli = {one.top: _stimulus(batch[place], kernels[one.top]) for place, one in sources.items()}
        results = run_group(group, stimuli, STALLS, stall_seed)
    except (ToolError, Failed) as error:
        if len(sources) == 1:
            return dict.fromkeys(sources, f"build: {error}")
        named = at_fault(str(error)) & sources.keys()
        parts = [{place} for place in named] if named else [set(list(sources)[: len(sources) // 2])]
        parts.append(set(sources) - set().union(*parts))
        found: dict[int, str] = {}
        for part in parts:
            some = {place: sources[place] for place in sorted(part)}
            found.update(_run(batch, some, compiled, stall_seed, optimise))
        return found
    return {place: results[one.top].difference() for place, one in sources.items()}


_FAULT = re.compile(r"^.*\bk(\d+)\.(?:cpp|sv|called\.sv):\d+.*[Ee]rror|^%Error.*\bk(\d+)\.", re.MULTILINE)


def at_fault(log: str) -> set[int]:
    """The kernels that a tool's messages name."""
    return {int(match[1] or match[2]) for match in _FAULT.finditer(log)}


def _stimulus(kernel: Kernel, compiled: CompiledKernel) -> Stimulus:
    """Words of the inputs that there are: one that the kernel never reads is no port."""
    ports = {port.name for port in compiled.report.ports if port.is_input}
    return Stimulus({name: words for name, words in kernel.stimulus().items() if name in ports}, CALLS, whole=False)


def _compiled(source: Source) -> CompiledKernel | str:
    """What the compiler makes of it, or why it does not take it."""
    try:
        return compile_source(source)
    except InputError as error:
        return f"refused: {error}"
    except Exception as error:  # whatever the compiler does wrong is a finding, not the end of the run
        return f"crash: {type(error).__name__}: {error}"
