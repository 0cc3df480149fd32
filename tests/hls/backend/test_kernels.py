"""The kernel library as RTL: tests of tests/kernels, judged by their own references, under random stalls.

Here runs a choice that has every kernel in it; `pytest -p tests.hls.backend.rtl_bench tests/kernels` runs them all.
"""

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType

import pytest

from fpdeep_gen.hls.emit.report import KernelReport
from tests.hls.backend.rtl_bench import RtlProgram, build
from tests.kernels.bench import Case

# module, fixture that builds the program, test, its parameters
CHOICE: list[tuple[str, str, str, dict[str, object]]] = [
    ("test_window", "program", "test_patches", {"index": 3}),
    ("test_window", "program", "test_last_image_needs_no_further_words", {"index": 1}),
    ("test_conv_engine", "program", "test_forward", {"index": 3, "kind": "conv_engine"}),
    ("test_conv_engine", "program", "test_forward", {"index": 1, "kind": "conv_engine_to_partial"}),
    ("test_conv_engine", "program", "test_forward", {"index": 1, "kind": "conv_engine_from_partial"}),
    ("test_conv_engine", "program", "test_forward", {"index": 5, "kind": "conv_engine_through_partial"}),
    ("test_conv_engine", "backward_program", "test_backward", {"index": 1}),
    ("test_gradient_engine", "program", "test_mini_batches", {"index": 1}),
    ("test_weight_store", "program", "test_commands_in_turn", {"index": 1, "first": False}),
    ("test_weight_store", "program", "test_commands_in_turn", {"index": 4, "first": True}),
    ("test_forks", "program", "test_cache_gets_trained_images_only", {"name": "fork_pass"}),
    ("test_forks", "program", "test_duplicate", {}),
    ("test_relu_pool", "program", "test_forward_and_masks", {"index": 0}),
    ("test_relu_pool", "program", "test_backward", {"index": 0}),
    ("test_softmax_loss", "program", "test_images", {"index": 0}),
    ("test_small_processes", "program", "test_concat_and_split_are_inverse", {}),
    ("test_small_processes", "program", "test_every_output_gets_every_command", {}),
    ("test_small_processes", "program", "test_load_and_dump_by_counts", {"loads": 3}),
    ("test_link", "link_program", "test_whole_link_in_both_directions", {}),
]


@pytest.mark.parametrize(("module", "fixture", "test", "arguments"), CHOICE)
def test_kernel(module: str, fixture: str, test: str, arguments: dict[str, object]) -> None:
    loaded = importlib.import_module(f"tests.kernels.{module}")
    program = rtl_program(loaded, fixture)
    getattr(loaded, test)(program, **arguments)
    assert program.kernels
    for kernel in program.kernels.values():
        assert slow_loops(kernel.report) == []


def rtl_program(module: ModuleType, fixture: str) -> RtlProgram:
    """What the module's fixture makes when `build` gives RTL."""
    collected: list[Case] = []

    def collect(cases: Sequence[Case]) -> None:
        collected.extend(cases)

    make: Callable[[], object] = getattr(module, fixture).__wrapped__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "build", collect)
        make()
    return build(collected)


def slow_loops(report: KernelReport) -> list[str]:
    """Pipelined loops that start an iteration less often than asked, and why."""
    return [
        f"{process.name} {region.location}: {region.ii} for {region.requested_ii}: {region.limit}"
        for process in report.processes
        for region in process.regions
        if region.requested_ii is not None and region.ii > region.requested_ii
    ]
