"""The operations of a DSP slice by name: hls_dsp_builtins.h."""

from pathlib import Path

import numpy as np

from fpdeep_gen.hls.cosim import cosimulate

KERNEL = """
#include "hls_dsp_builtins.h"
using namespace hls::dsp48e2;
template <int TAPS> class Filter {  // a pointer beside an array whose elements are constructed
    const short *taps_;
    cascade<REG_A1 | REG_B1 | REG_M | REG_P> first_;
    cascade<REG_A1 | REG_B1 | REG_B2 | REG_M | REG_P> rest_[TAPS - 1];

  public:
    Filter(const short *taps) : taps_(taps) {}
    C_t next(B_t word) {
        R_t out = first_.mul_add(taps_[0], word, 0);
        for (int i = 1; i < TAPS; i++) {
#pragma HLS UNROLL
            out = rest_[i - 1].mul_add(taps_[i], out.bcout, out.pcout);
        }
        return out.pcout;
    }
};
void slices(const short taps[4], const int words[20], long filtered[20], long sums[20], long others[6]) {
    Filter<4> filter(taps);
    acc<REG_M | REG_P> sum;
    for (int i = 0; i < 20; i++) {
#pragma HLS PIPELINE
        filtered[i] = filter.next(words[i]);
        sums[i] = i % 5 < 4 ? sum.mul_acc(words[i], 3, i % 5 == 0) : sum.add_mul_acc(7, words[i], -2, false);
    }
    const A_t a = words[0];
    const B_t b = words[1];
    others[0] = mul_sub<REG_M>(a, b, 100);
    others[1] = mul_rev_sub<REG_P>(a, b, 100);
    others[2] = add_mul_add<REG_P>(5, a, b, 100);
    others[3] = sub_mul_sub<REG_P>(5, a, b, 100);
    others[4] = hls::dsp48e1::mul_add<REG_M>(1 << 24, 2, 0);  // 25 bits: the lowest value
    others[5] = hls::dsp58::mul_add<REG_M>(a, 1 << 23, -1);
}
"""


def test_what_slices_compute(tmp_path: Path) -> None:
    (tmp_path / "slices.cpp").write_text(KERNEL, encoding="utf-8")
    taps, words = np.array([3, -200, 70, 1]), np.arange(20) * 611 - 5000
    stimulus = {"taps": taps, "words": words}
    stimulus |= {name: np.zeros(count, dtype=int) for name, count in (("filtered", 20), ("sums", 20), ("others", 6))}
    done = cosimulate(tmp_path / "slices.cpp", "slices", tmp_path / "rtl", stimulus=stimulus)
    assert done.differences == ()
    assert done.outputs["filtered"] == np.convolve(words, taps)[:20].tolist()
    sums, total = [], 0
    for i, word in enumerate(words.tolist()):
        total = total + (7 + word) * -2 if i % 5 == 4 else 3 * word + (total if i % 5 else 0)
        sums.append(total)
    assert done.outputs["sums"] == sums
    a, b = int(words[0]), int(words[1])
    others = [a * b - 100, 100 - a * b, (a + 5) * b + 100, (5 - a) * b - 100, -(2**25), -a * 2**23 - 1]
    assert done.outputs["others"] == others
