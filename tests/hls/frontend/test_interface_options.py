"""Options of INTERFACE pragmas are honoured, or a warning with file and line says that and why they are not."""

from pathlib import Path

import pytest

from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.frontend.interface_options import burst_of, direct_protocol, remarks_of
from fpdeep_gen.hls.frontend.pragmas import parse
from fpdeep_gen.hls.interface import Protocol

HONOURED = {
    "INTERFACE m_axi port=a bundle=gmem0 offset=slave depth=64 max_read_burst_length=64": Protocol.AXI,
    "INTERFACE mode=m_axi port=a max_read_burst_length=8 max_write_burst_length=8": Protocol.AXI,
    "INTERFACE s_axilite port=a bundle=control register": Protocol.AXILITE,
    "INTERFACE axis port=a depth=100": Protocol.AXIS,
    "INTERFACE ap_memory port=a": Protocol.MEMORY,
}
NOT_HONOURED = {
    "INTERFACE m_axi port=a latency=64": "latency=64 is ignored",
    "INTERFACE m_axi port=a num_read_outstanding=4": "num_read_outstanding=4 is ignored",
    "INTERFACE m_axi port=a num_write_outstanding=4": "num_write_outstanding=4 is ignored",
    "INTERFACE m_axi port=a max_widen_bitwidth=512": "as wide as the element",
    "INTERFACE m_axi port=a max_read_burst_length=512": "up to 256",
    "INTERFACE m_axi port=a max_read_burst_length=many": "no positive number",
    "INTERFACE m_axi port=a max_read_burst_length=64 max_write_burst_length=16": "the shorter one",
    "INTERFACE s_axilite port=a bundle=BUS_A": "there is one slave",
    "INTERFACE s_axilite port=a offset=0x40": "order of the arguments",
    "INTERFACE axis port=a register_mode=both": "register slice",
    "INTERFACE ap_none port=a register": "captured at the start",
    "INTERFACE ap_memory port=a storage_type=ram_1p": "chooses the ports",
    "INTERFACE axis port=a name=stream_in": "argument's name",
    "INTERFACE axis port=a colour=red": "colour=red is ignored",
}
MODES = {one.value: one for one in Protocol}


@pytest.mark.parametrize(("text", "protocol"), HONOURED.items())
def test_honoured_options_give_no_remark(text: str, protocol: Protocol) -> None:
    assert remarks_of(parse(text), protocol) == []


@pytest.mark.parametrize(("text", "part"), NOT_HONOURED.items())
def test_others_give_one(text: str, part: str) -> None:
    (found,) = remarks_of(parse(text), MODES[text.split()[1]])
    assert part in found


def test_the_burst_is_the_shorter_length_and_within_the_protocol() -> None:
    assert burst_of({})[0] == 16
    assert burst_of({"max_write_burst_length": "32"})[0] == 32
    assert burst_of({"max_read_burst_length": "64", "max_write_burst_length": "16"})[0] == 16
    assert burst_of({"max_read_burst_length": "1000"})[0] == 256
    assert burst_of({"max_read_burst_length": "0"})[0] == 16


def test_direct_io_has_its_own_protocol() -> None:
    modes = (None, Protocol.HS, Protocol.AXIS, Protocol.FIFO, Protocol.NONE, Protocol.VLD, Protocol.AXILITE)
    no = None
    stream, fifo, plain, valid, register = (modes[number] for number in (2, 3, 4, 5, 6))
    assert [direct_protocol("ap_hs", mode) for mode in modes] == [stream, stream, stream, fifo, no, no, no]
    assert [direct_protocol("ap_none", mode) for mode in modes] == [plain, no, no, no, plain, no, register]
    assert [direct_protocol("ap_vld", mode) for mode in modes] == [valid, no, no, no, no, valid, no]


def test_warnings_have_their_place(tmp_path: Path) -> None:
    source = tmp_path / "add.cpp"
    source.write_text(
        """void add(const int* a, int* b) {
#pragma HLS INTERFACE m_axi port=a depth=16 max_read_burst_length=many
#pragma HLS INTERFACE m_axi port=b depth=16 offset=off
    for (int n = 0; n < 16; n++) b[n] = a[n] + 1;
}
""",
        encoding="utf-8",
    )
    found = front_end(source, "add", []).warnings
    assert [(one.location.file.name, one.location.line) for one in found if one.location] == [
        ("add.cpp", 2),
        ("add.cpp", 3),
    ]
    assert "max_read_burst_length=many is ignored" in found[0].text
    assert "bundle gmem is not shared, as offset=off is address 0; b has a master of its own" in found[1].text


def test_structures_that_are_not_taken_apart_or_joined_are_told_of(tmp_path: Path) -> None:
    source = tmp_path / "add.cpp"
    source.write_text(
        """struct Pair { short low; char high; };
int add(Pair one, Pair some[4], Pair more[4], Pair last[4]) {
#pragma HLS INTERFACE m_axi port=last
#pragma HLS INTERFACE axis port=more
#pragma HLS DISAGGREGATE variable=one
#pragma HLS DISAGGREGATE variable=some
#pragma HLS AGGREGATE variable=some
#pragma HLS AGGREGATE variable=more compact=byte
#pragma HLS AGGREGATE variable=last compact=byte
#pragma HLS AGGREGATE variable=last compact=bit
    int sum = one.low;
    for (int i = 0; i < 4; i++) sum += some[i].high + more[i].low + last[i].low;
    return sum;
}
""",
        encoding="utf-8",
    )
    found = {
        one.location.line: one.text.partition(": ")[2] for one in front_end(source, "add", []).warnings if one.location
    }
    assert found == {
        5: "not done; its members stay in one word, give each an argument of its own",
        7: "not done; each member has a memory of its own",
        8: "compact=byte is ignored; members lie side by side, with nothing between them",
        10: "compact=bit is ignored; members lie as in C++",
    }
