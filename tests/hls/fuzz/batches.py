"""Runs random kernels in batches, natively against RTL under random stalls, and shrinks what differs."""

import contextlib
from collections.abc import Callable, Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings

from fpdeep_gen.errors import InputError, ToolError
from fpdeep_gen.hls.compile import CompiledKernel
from tests.hls.batch.build import Group, Source, compile_source, native, simulation
from tests.hls.batch.run import Failed, Stimulus, run_group
from tests.hls.fuzz.kernels import CALLS, Kernel, kernels
from tests.hls.fuzz.types import pool

STALLS = (0.0, 0.4)
ALIKE = 20  # seeds in a row that draw from the same types


def drawn(count: int, first: int) -> list[Kernel]:
    """The kernels of `count` seeds from `first` on, always the same ones."""
    return [_of_seed(first + place, Phase.generate)[-1] for place in range(count)]


def shrunk(seed_number: int, difference: str) -> tuple[Kernel, str]:
    """The smallest kernel with some difference that hypothesis finds below that of a seed, and its difference."""
    (original,) = drawn(1, seed_number)
    known = {original.text: difference}
    compiled = difference.startswith(("refused", "crash"))  # then nothing needs to run

    def differs(kernel: Kernel) -> bool:
        if kernel.text not in known:
            known[kernel.text] = _refusal(kernel.source("k0")) if compiled else differences([kernel])[0]
        return bool(known[kernel.text])

    smallest = _of_seed(seed_number, Phase.generate, Phase.shrink, differs=differs)[-1]
    return smallest, known[smallest.text]


def _of_seed(number: int, *phases: Phase, differs: Callable[[Kernel], bool] | None = None) -> list[Kernel]:
    """Kernels that hypothesis draws for a seed: the trivial one, a random one, and those on the way of shrinking.

    More of a seed would be variations of the first ones, so each kernel gets a seed of its own. With `differs` the list
    ends with the smallest kernel that does.
    """
    found: list[Kernel] = []

    @seed(number)
    @settings(max_examples=2, phases=phases, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(kernels(pool(number // ALIKE)))
    def take(kernel: Kernel) -> None:
        if differs is None:
            found.append(kernel)
        elif differs(kernel):
            found.append(kernel)
            raise AssertionError(kernel.text)

    with contextlib.suppress(AssertionError):
        take()
    return found


def differences(batch: Sequence[Kernel], stall_seed: int = 1, optimise: str = "-O0") -> list[str]:
    """For each kernel what is wrong, "" where nothing is: refused, a crash, or other words than natively."""
    found = [""] * len(batch)
    sources: dict[int, Source] = {}
    compiled: dict[str, CompiledKernel] = {}
    for place, kernel in enumerate(batch):
        source = kernel.source(f"k{place}")
        found[place] = _refusal(source)
        if not found[place]:
            compiled[source.top] = compile_source(source)
            sources[place] = source
    if not sources:
        return found
    try:
        group = Group(compiled, simulation(list(compiled.values()), optimise), native(list(sources.values()), compiled))
        stimuli = {one.top: _stimulus(batch[place], compiled[one.top]) for place, one in sources.items()}
        results = run_group(group, stimuli, STALLS, stall_seed)
    except (ToolError, Failed) as error:
        return _apart(batch, found, sources, f"build: {error}")
    for place, source in sources.items():
        found[place] = results[source.top].difference()
    return found


def _stimulus(kernel: Kernel, compiled: CompiledKernel) -> Stimulus:
    """Words of the inputs that there are: one that the kernel never reads is no port."""
    ports = {port.name for port in compiled.report.ports if port.is_input}
    return Stimulus({name: words for name, words in kernel.stimulus().items() if name in ports}, CALLS, whole=False)


def _refusal(source: Source) -> str:
    """Why the compiler does not take it; "" when it does."""
    try:
        compile_source(source)
    except InputError as error:
        return f"refused: {error}"
    except Exception as error:  # whatever the compiler does wrong is a finding, not the end of the run
        return f"crash: {type(error).__name__}: {error}"
    return ""


def _apart(batch: Sequence[Kernel], found: list[str], sources: dict[int, Source], text: str) -> list[str]:
    """One by one, when they cannot be built together."""
    if len(sources) == 1:
        (place,) = sources
        return [text if other == place else one for other, one in enumerate(found)]
    for place in sources:
        found[place] = differences([batch[place]])[0]
    return found
