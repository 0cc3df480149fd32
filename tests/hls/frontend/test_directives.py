"""The vendor's configuration files: what they say of a component, and directives that stand outside of the source."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel
from fpdeep_gen.hls.config import Component, read_component
from fpdeep_gen.hls.interface import Protocol

SOURCE = """
#include "scale.h"
static void gather(const int *from, int near[LENGTH]) {
copy: for (int i = 0; i < LENGTH; i++) { near[i] = from[i]; }
}

int scale(const int *from, short out[LENGTH], int factor) {
    int near[LENGTH], sum = 0;
    gather(from, near);
    for (int i = 0; i < LENGTH; i += 4) {
inner:
        for (int j = 0; j < 4; j++) {
            out[i + j] = near[i + j] * factor;
            sum += near[i + j];
        }
    }
    return sum;
}
"""
CONFIG = """part=xcvu9p-flga2104-2-i
[hls]
# a remark
clock=4ns
flow_target=vivado
syn.file=scale.cpp
syn.file=scale.h
syn.top=scale
syn.cflags=-I headers -DLENGTH=32 -O2
tb.file=bench.cpp
tb.file=result.golden.dat
syn.directive.pipeline=gather/copy II=2
syn.directive.pipeline=scale/VITIS_LOOP_10_1
syn.directive.array_partition=scale near type=cyclic factor=4 dim=1
syn.directive.array_partition=scale out type=cyclic factor=4
syn.directive.interface=scale mode=m_axi depth=32 from
syn.directive.interface=scale s_axilite return
syn.directive.latency=scale max=9
syn.compile.pipeline_loops=4
package.output.syn=false
"""


def component(tmp_path: Path, text: str = CONFIG) -> Component:
    (tmp_path / "headers").mkdir(exist_ok=True)
    (tmp_path / "headers" / "scale.h").write_text("#pragma once\n", encoding="utf-8")
    for name, content in (("scale.cpp", SOURCE), ("bench.cpp", "int main() { return 0; }\n"), ("scale.h", "")):
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "hls_config.cfg").write_text(text, encoding="utf-8")
    return read_component(tmp_path / "hls_config.cfg")


def compiled(tmp_path: Path, text: str = CONFIG) -> CompiledKernel:
    found = component(tmp_path, text)
    return compile_kernel(found.source(tmp_path / "out"), found.top, found.include_dirs, tmp_path / "out")


def test_what_a_configuration_says(tmp_path: Path) -> None:
    found = component(tmp_path)
    assert (found.top, found.clock_mhz, found.part) == ("scale", 250.0, "xcvu9p-flga2104-2-i")
    assert found.testbench(tmp_path) == tmp_path / "bench.cpp"
    assert [line.removeprefix(f"{tmp_path}/") for line in found.warnings] == [
        "hls_config.cfg:9: syn.cflags: -O2 is ignored",
        "hls_config.cfg:19: syn.compile.pipeline_loops=4 is ignored",
    ]
    for clock, mhz in (("5", 200.0), ("100MHz", 100.0), ("2.5 ns", 400.0)):
        assert component(tmp_path, CONFIG.replace("clock=4ns", f"clock={clock}")).clock_mhz == mhz


def test_directives_hold_where_they_say(tmp_path: Path) -> None:
    report = compiled(tmp_path).report
    loops = {int(loop.location.rpartition(":")[2]): loop for one in report.processes for loop in one.loops}
    assert loops[4].requested_ii == 2
    assert (loops[10].requested_ii, loops[10].ii) == (1, 1)  # four words an iteration, of four memories each
    assert report.interface is not None
    protocols = {one.name: one.protocol for one in report.interface.interface().arguments}
    assert protocols["from"] is Protocol.AXI
    assert protocols["ap_return"] is Protocol.AXILITE
    (warning,) = [line for line in report.warnings if "LATENCY" in line.upper()]
    assert warning.startswith("hls_config.cfg:18: LATENCY of scale: max=9 is missed, it takes ")


def test_a_configuration_without_directives_is_its_source(tmp_path: Path) -> None:
    text = "\n".join(line for line in CONFIG.splitlines() if "directive" not in line and "cflags" not in line)
    assert component(tmp_path, text).source(tmp_path / "out") == tmp_path / "scale.cpp"


def test_directives_without_a_place(tmp_path: Path) -> None:
    more = (
        "syn.directive.pipeline=gone\nsyn.directive.unroll=gather/copied\nsyn.directive.unroll=scale/VITIS_LOOP_8_1\n"
    )
    with pytest.raises(InputError) as caught:
        compiled(tmp_path, CONFIG + more)
    assert [(one.line, one.field, one.expected) for one in caught.value.problems] == [
        (21, "syn.directive.pipeline", "a function gone with a body"),
        (22, "syn.directive.unroll", "a loop copied with a body in braces in gather"),
        (23, "syn.directive.unroll", "a loop VITIS_LOOP_8_1 with a body in braces in scale"),
    ]


def test_a_configuration_that_says_too_little(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        component(tmp_path, "clock=fast\nsyn.file=gone.cpp\nnonsense\n")
    assert [(one.line, one.field, one.found) for one in caught.value.problems] == [
        (1, "clock", "fast"),
        (2, "syn.file", f"{tmp_path / 'gone.cpp'}: no such file"),
        (3, "line", "nonsense"),
        (None, "syn.top", "none"),
    ]
