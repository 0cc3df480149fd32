"""Random kernels, natively against RTL; `make fuzz` runs more of them."""

import pytest

from tests.hls.fuzz.batches import differences, drawn
from tests.hls.fuzz.kernels import Kernel
from tests.hls.fuzz.reduce import reduced

BATCH = 20


@pytest.mark.parametrize("first", range(0, 100, BATCH))
def test_native_and_rtl_agree(first: int) -> None:
    kernels = drawn(BATCH, first)
    found = {first + place: text for place, text in enumerate(differences(kernels, stall_seed=first)) if text}
    assert found == {}


def test_a_seed_is_always_the_same_kernel() -> None:
    assert drawn(2, 11) == drawn(2, 11)
    assert len({kernel.text for kernel in drawn(5, 11)}) == 5


def test_a_kernel_is_made_small_while_its_fault_stays() -> None:
    """The fault here: a write of a product to out0."""

    def check(kernels: list[Kernel]) -> list[str]:
        return ["stalls 0: fault" if "out0.write(a * b)" in one.text else "" for one in kernels]

    lines = ["void @(x) {", "    go.read();", "    if (c) {", "        out0.write(a * b);", "    }", "    v1 = 3;", "}"]
    small, text = reduced(Kernel("\n".join(lines), (), 0), check)
    assert small.text.split("\n") == ["void @(x) {", "        out0.write(a * b);", "}"]
    assert text == "stalls 0: fault"
