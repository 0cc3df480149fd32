"""Random kernels, natively against RTL; `make fuzz` runs more of them."""

from tests.hls.fuzz.batches import at_fault, differences, drawn
from tests.hls.fuzz.kernels import Kernel, Kind
from tests.hls.fuzz.reduce import reduced
from tests.hls.fuzz.types import pool


def test_native_and_rtl_agree() -> None:
    assert {number: text for number, text in enumerate(differences(drawn(100, 0))) if text} == {}


def test_native_and_rtl_agree_where_iterations_fall_behind_each_other() -> None:
    found = differences(drawn(20, 0, Kind.LOOKUPS))
    assert {number: text for number, text in enumerate(found) if text} == {}


def test_a_kernel_that_cannot_be_built_is_found_in_the_log() -> None:
    log = """k7.cpp: In function 'void in_k7::k7(hls::stream<bool>&)':
k13.cpp:38:64: error: conflicting declaration 'v4'
k8.cpp:38:47: note: previous declaration as 'v4'
%Error: /x/k21.sv:12:3: syntax error"""
    assert at_fault(log) == {13, 21}


def test_a_seed_is_always_the_same_kernel() -> None:
    assert drawn(2, 11) == drawn(2, 11)
    assert len({kernel.text for kernel in drawn(5, 11)}) == 5


def test_a_kernel_is_made_small_while_its_fault_stays() -> None:
    """The fault here: a write of a product to out0. The read that keeps it from running for ever stays, too."""

    def check(kernels: list[Kernel]) -> list[str]:
        return ["stalls 0: fault" if "out0.write(a * b)" in one.text else "" for one in kernels]

    lines = ["void @(x) {", "    go.read();", "    if (c) {", "        out0.write(a * b);", "    }", "    v1 = 3;", "}"]
    small, text = reduced(Kernel("\n".join(lines), (), 0), check)
    assert small.text.split("\n") == ["void @(x) {", "    go.read();", "        out0.write(a * b);", "}"]
    assert text == "stalls 0: fault"


def test_a_refusal_is_made_small_while_it_stays_the_same() -> None:
    def check(kernels: list[Kernel]) -> list[str]:
        return ["refused: k.cpp:3:1: PIPELINE: bad" if "bad" in one.text else "stalls 0: other" for one in kernels]

    small, text = reduced(Kernel("void @(x) {\n    go.read();\n    bad;\n}", (), 0), check)
    assert small.text.split("\n") == ["void @(x) {", "    go.read();", "    bad;", "}"]
    assert text.endswith("bad")


def test_kernels_have_what_the_dialect_has() -> None:
    text = "".join(kernel.text for kernel in drawn(60, 0))
    kinds = ["ap_fixed", "ap_ufixed", "Record", "read_nb", "write_nb", "empty", "full", "DATAFLOW", "_body", "changed("]
    assert [one for one in kinds if one not in text] == []


def test_regions_are_called_in_loops_by_code_of_their_own() -> None:
    """Of three stages and more, functions and loops, with arrays and functions of arrays."""
    texts = [kernel.text for kernel in drawn(20, 0, Kind.REGIONS)]
    assert all("#pragma HLS DATAFLOW" in text and "    region(" in text for text in texts)
    text = "".join(texts)
    kinds = ["stage4(", "look", "make", "type=pipo depth=4", "; n0++", "; n1++", "& 3); n0++", ", r);", "q.read()"]
    assert [one for one in kinds if one not in text] == []


def test_every_pair_of_modes_is_drawn() -> None:
    kinds = {(one.quantisation, one.overflow) for number in range(7) for one in pool(number).fixed}
    assert len(kinds) == 35
