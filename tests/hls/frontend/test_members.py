"""One object of which several stages use members: each has its own, unless one writes what another uses."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.frontend import shared
from tests.hls.frontend.compiling import compile_text, run

CHAIN = """
struct Smooth {
    int kept[2], weight[3];
    void init(int first) {
        for (int i = 0; i < 3; i++) weight[i] = first + i * i;
        kept[0] = kept[1] = first;
    }
    int step(int x) {
        const int y = weight[0] * x + weight[1] * kept[0] + weight[2] * kept[1];
        kept[1] = kept[0];
        kept[0] = x;
        return y;
    }
};
struct Chain {
    Smooth parts[2];
    int scale[4];
    Chain() {
        for (int i = 0; i < 2; i++) parts[i].init(2 + 3 * i);
        for (int i = 0; i < 4; i++) scale[i] = 3 * i + 1;
    }
    void first(hls::stream<int>& in, hls::stream<int>& out) {
        for (int i = 0; i < 4; i++) out.write(parts[0].step(in.read()) * scale[i]);
    }
    void second(hls::stream<int>& in, hls::stream<int>& out) {
        for (int i = 0; i < 4; i++) out.write(parts[1].step(in.read()) - scale[3 - i]);
    }
};
void top(hls::stream<int>& in, hls::stream<int>& out) {
#pragma HLS DATAFLOW
    static Chain chain;
    hls::stream<int> mid;
    chain.first(in, mid);
    chain.second(mid, out);
}
"""


class Smooth:
    """A filter of the chain."""

    def __init__(self, first: int) -> None:
        self.first, self.kept = first, [first, first]

    def step(self, x: int) -> int:
        """As in C++."""
        made = self.first * x + (self.first + 1) * self.kept[0] + (self.first + 4) * self.kept[1]
        self.kept = [x, self.kept[0]]
        return made


def expected(words: list[int], one: Smooth, other: Smooth) -> list[int]:
    """What the chain makes of them, four a call."""
    scale = [1, 4, 7, 10]
    made = []
    for call in range(0, len(words), 4):
        mid = [one.step(x) * factor for x, factor in zip(words[call : call + 4], scale, strict=True)]
        made += [other.step(x) - factor & 0xFFFFFFFF for x, factor in zip(mid, reversed(scale), strict=True)]
    return made


WORDS = [5, 1, 7, 300, 2, 9, 11, 4]


def test_stages_have_members_of_one_object(tmp_path: Path) -> None:
    """The constructor is evaluated, so no code of the top sets the object; both stages read `scale`."""
    module = compile_text(tmp_path, CHAIN)
    assert [one.name for one in module.processes] == ["first", "second"]
    assert run(module, {"in": WORDS}).outputs["out"] == expected(WORDS, Smooth(2), Smooth(5))


REACHES_OVER = ("parts[1].step(in.read())", "parts[i & 1].step(in.read())")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (REACHES_OVER, "first writes what second uses"),
        (("- scale[3 - i]", "- (scale[i] = 1)"), "second writes what first uses"),
    ],
)
def test_what_one_stage_writes_no_other_uses(change: tuple[str, str], found: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"variable chain: .* found use by first, second; {found}"):
        compile_text(tmp_path, CHAIN.replace(*change))


def test_members_in_common_come_out_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In C++ the second stage goes on with the first one's filter; in hardware each has its own."""
    monkeypatch.setattr(shared, "disturbance", lambda *_: None)
    module = compile_text(tmp_path, CHAIN.replace("parts[1].step", "parts[0].step"))
    both = Smooth(2)
    found = run(module, {"in": WORDS}).outputs["out"]
    assert found == expected(WORDS, Smooth(2), Smooth(2)) != expected(WORDS, both, both)
