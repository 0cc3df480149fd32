// A shift register of N elements, read at any place.
#pragma once
#include "ap_int.h"

template <typename T, unsigned N = 32> class ap_shift_reg {
    T data_[N];

  public:
    ap_shift_reg() = default;
    explicit ap_shift_reg(const char *) {}
    ap_shift_reg(const ap_shift_reg &) = delete;
    ap_shift_reg &operator=(const ap_shift_reg &) = delete;

    // The element at `address` before the shift; `value` becomes element 0.
    T shift(T value, unsigned address = N - 1, bool enable = true) {
        const T result = data_[address];
        if (enable) {
            for (int i = N - 1; i > 0; i--) {
#pragma HLS UNROLL
                data_[i] = data_[i - 1];
            }
            data_[0] = value;
        }
        return result;
    }
    T read(unsigned address = N - 1) const { return data_[address]; }
};
