// A word of N elements. On a stream element 0 is lowest and nothing lies between elements. Shared by both sides.
#pragma once
#include <cstddef>
#include <initializer_list>

namespace hls {

template <typename T, std::size_t N> struct vector {
    static_assert(N >= 1, "hls::vector has at least one element");
    T data_[N];

    using value_type = T;
    static constexpr int width = int(N);
    static constexpr std::size_t size() { return N; }

    vector() = default;
    vector(const vector &) = default;
    vector &operator=(const vector &) = default;
    vector(const T &value) { apply([&](std::size_t i) { data_[i] = value; }); }
    // Missing elements are 0.
    vector(std::initializer_list<T> values) {
        apply([&](std::size_t i) { data_[i] = i < values.size() ? values.begin()[i] : T(0); });
    }

    T &operator[](std::size_t index) { return data_[index]; }
    const T &operator[](std::size_t index) const { return data_[index]; }
    T *begin() { return data_; }
    T *end() { return data_ + N; }
    const T *begin() const { return data_; }
    const T *end() const { return data_ + N; }

    // Every element at once.
    template <typename F> static void apply(F step) {
        for (std::size_t i = 0; i < N; i++) {
#pragma HLS UNROLL
            step(i);
        }
    }

    vector operator+() const { return *this; }
    vector operator-() const {
        vector result;
        apply([&](std::size_t i) { result.data_[i] = -data_[i]; });
        return result;
    }
    vector operator~() const {
        vector result;
        apply([&](std::size_t i) { result.data_[i] = ~data_[i]; });
        return result;
    }
    vector &operator++() { return *this += vector(T(1)); }
    vector &operator--() { return *this -= vector(T(1)); }
    vector operator++(int) {
        const vector old = *this;
        ++*this;
        return old;
    }
    vector operator--(int) {
        const vector old = *this;
        --*this;
        return old;
    }

#define HLS_VECTOR_OPERATOR(OP)                                                                                    \
    vector &operator OP##=(const vector &other) {                                                                  \
        apply([&](std::size_t i) { data_[i] = data_[i] OP other.data_[i]; });                                      \
        return *this;                                                                                              \
    }                                                                                                              \
    friend vector operator OP(const vector &a, const vector &b) {                                                  \
        vector result = a;                                                                                         \
        result OP##= b;                                                                                            \
        return result;                                                                                             \
    }
    HLS_VECTOR_OPERATOR(+)
    HLS_VECTOR_OPERATOR(-)
    HLS_VECTOR_OPERATOR(*)
    HLS_VECTOR_OPERATOR(/)
    HLS_VECTOR_OPERATOR(%)
    HLS_VECTOR_OPERATOR(&)
    HLS_VECTOR_OPERATOR(|)
    HLS_VECTOR_OPERATOR(^)
    HLS_VECTOR_OPERATOR(<<)
    HLS_VECTOR_OPERATOR(>>)
#undef HLS_VECTOR_OPERATOR

    friend bool operator==(const vector &a, const vector &b) {
        bool equal = true;
        apply([&](std::size_t i) { equal = equal && a.data_[i] == b.data_[i]; });
        return equal;
    }
    friend bool operator!=(const vector &a, const vector &b) { return !(a == b); }
    // By the first element that differs.
    friend bool operator<(const vector &a, const vector &b) {
        bool less = false;
        apply([&](std::size_t i) {
            const std::size_t k = N - 1 - i;
            less = a.data_[k] < b.data_[k] || (!(b.data_[k] < a.data_[k]) && less);
        });
        return less;
    }
    friend bool operator>(const vector &a, const vector &b) { return b < a; }
    friend bool operator<=(const vector &a, const vector &b) { return !(b < a); }
    friend bool operator>=(const vector &a, const vector &b) { return !(a < b); }

    T reduce_add() const { return reduced([](const T &a, const T &b) -> T { return a + b; }); }
    T reduce_mult() const { return reduced([](const T &a, const T &b) -> T { return a * b; }); }
    T reduce_and() const { return reduced([](const T &a, const T &b) -> T { return a & b; }); }
    T reduce_or() const { return reduced([](const T &a, const T &b) -> T { return a | b; }); }
    T reduce_xor() const { return reduced([](const T &a, const T &b) -> T { return a ^ b; }); }

  private:
    template <typename F> T reduced(F combine) const {
        T result = data_[0];
        for (std::size_t i = 1; i < N; i++) {
#pragma HLS UNROLL
            result = combine(result, data_[i]);
        }
        return result;
    }
};

}  // namespace hls
