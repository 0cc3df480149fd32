// The operations of a DSP slice by name: hls::dsp48e1, dsp48e2 and dsp58. Shared by both sides.
//
// They are written as what they compute, and mapped to slices as any product and sum; the registers that the flags name
// do not set latencies, which follow from the schedule. In a cascade two registers on a way keep the value of a call for
// the next one. Widths are those of the slice: what is above the last bit is lost.
#pragma once
#include <ap_int.h>

#define HLS_DSP_SLICE(slice, width_a, width_b, width_c)                                                             \
    namespace slice {                                                                                               \
    typedef ap_int<width_a> A_t;                                                                                    \
    typedef ap_int<width_b> B_t;                                                                                    \
    typedef ap_int<width_c> C_t;                                                                                    \
    typedef ap_int<width_a> D_t;                                                                                    \
    constexpr long long NO_REG = 0, REG_A1 = 1, REG_A2 = 2, REG_B1 = 4, REG_B2 = 8, REG_D = 16, REG_AD = 32;        \
    constexpr long long REG_M = 64, REG_C = 128, REG_P = 256;                                                       \
    struct R_t {                                                                                                    \
        A_t acout;                                                                                                  \
        B_t bcout;                                                                                                  \
        C_t pcout;                                                                                                  \
    };                                                                                                              \
    template <long long FLAGS> C_t mul_add(A_t a, B_t b, C_t c) {                                                   \
        static_assert(!(FLAGS & (REG_D | REG_AD)), "mul_add has no registers D and AD");                            \
        return a * b + c;                                                                                           \
    }                                                                                                               \
    template <long long FLAGS> C_t mul_sub(A_t a, B_t b, C_t c) {                                                   \
        static_assert(!(FLAGS & (REG_D | REG_AD)), "mul_sub has no registers D and AD");                            \
        return a * b - c;                                                                                           \
    }                                                                                                               \
    template <long long FLAGS> C_t mul_rev_sub(A_t a, B_t b, C_t c) {                                               \
        static_assert(!(FLAGS & (REG_D | REG_AD)), "mul_rev_sub has no registers D and AD");                        \
        return c - a * b;                                                                                           \
    }                                                                                                               \
    template <long long FLAGS> C_t add_mul_add(D_t d, A_t a, B_t b, C_t c) { return (a + d) * b + c; }              \
    template <long long FLAGS> C_t add_mul_sub(D_t d, A_t a, B_t b, C_t c) { return (a + d) * b - c; }              \
    template <long long FLAGS> C_t add_mul_rev_sub(D_t d, A_t a, B_t b, C_t c) { return c - (a + d) * b; }          \
    template <long long FLAGS> C_t sub_mul_add(D_t d, A_t a, B_t b, C_t c) { return (d - a) * b + c; }              \
    template <long long FLAGS> C_t sub_mul_sub(D_t d, A_t a, B_t b, C_t c) { return (d - a) * b - c; }              \
    template <long long FLAGS> C_t sub_mul_rev_sub(D_t d, A_t a, B_t b, C_t c) { return c - (d - a) * b; }          \
    template <long long FLAGS> class acc {                                                                          \
        static_assert(FLAGS & REG_P, "an accumulator needs register P");                                            \
        C_t sum_;                                                                                                   \
                                                                                                                    \
      public:                                                                                                       \
        acc() : sum_(0) {}                                                                                          \
        C_t mul_acc(A_t a, B_t b, bool init) {                                                                      \
            const C_t before = init ? C_t(0) : sum_;                                                                \
            sum_ = a * b + before;                                                                                  \
            return sum_;                                                                                            \
        }                                                                                                           \
        C_t add_mul_acc(D_t d, A_t a, B_t b, bool init) {                                                           \
            const C_t before = init ? C_t(0) : sum_;                                                                \
            sum_ = (a + d) * b + before;                                                                            \
            return sum_;                                                                                            \
        }                                                                                                           \
    };                                                                                                              \
    template <long long FLAGS> class cascade {                                                                      \
        static constexpr bool late_a = (FLAGS & REG_A1) && (FLAGS & REG_A2);                                        \
        static constexpr bool late_b = (FLAGS & REG_B1) && (FLAGS & REG_B2);                                        \
        static_assert((FLAGS & (REG_A1 | REG_A2)) && (FLAGS & (REG_B1 | REG_B2)), "a cascade needs registers A, B");\
        static_assert((FLAGS & REG_M) && (FLAGS & REG_P), "a cascade needs registers M and P");                     \
        static_assert(!(FLAGS & (REG_C | REG_D | REG_AD)), "a cascade has no registers C, D and AD");               \
        A_t a_;                                                                                                     \
        B_t b_;                                                                                                     \
                                                                                                                    \
      public:                                                                                                       \
        cascade() : a_(0), b_(0) {}                                                                                 \
        R_t mul_add(A_t a, B_t b, C_t c) {                                                                          \
            R_t result;                                                                                             \
            result.acout = late_a ? a_ : a;                                                                         \
            result.bcout = late_b ? b_ : b;                                                                         \
            a_ = a;                                                                                                 \
            b_ = b;                                                                                                 \
            result.pcout = result.acout * result.bcout + c;                                                         \
            return result;                                                                                          \
        }                                                                                                           \
    };                                                                                                              \
    }

namespace hls {

HLS_DSP_SLICE(dsp48e1, 25, 18, 48)
HLS_DSP_SLICE(dsp48e2, 27, 18, 48)
HLS_DSP_SLICE(dsp58, 27, 24, 58)

}  // namespace hls
#undef HLS_DSP_SLICE
