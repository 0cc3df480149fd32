// Values as bits: the integers of a value, the first member lowest. The layout is a type that the compiler generates.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace fpdeep {

template <int W>
struct Integer {
    static constexpr int width = W;
};
template <int N, typename E>
struct Array {
    static constexpr int width = N * E::width;
};
template <typename... M>
struct Structure {
    static constexpr int width = (0 + ... + M::width);
};

template <int W, typename T>
void integer_to_cells(const T& value, std::uint32_t* cells) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
        const auto bits = static_cast<std::uint64_t>(value);
        cells[0] = static_cast<std::uint32_t>(W < 32 ? bits & ((std::uint64_t{1} << (W % 32)) - 1) : bits);
        if constexpr (W > 32) {
            cells[1] = static_cast<std::uint32_t>(bits >> 32);
        }
    } else {
        for (int i = 0; i < (W + 31) / 32; ++i) {
            cells[i] = 0;
        }
        for (int i = 0; i < W; ++i) {
            cells[i / 32] |= std::uint32_t(value[i] ? 1 : 0) << (i % 32);
        }
    }
}

template <int W, typename T>
void integer_from_cells(T& value, const std::uint32_t* cells) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
        std::uint64_t bits = cells[0];
        if constexpr (W > 32) {
            bits |= std::uint64_t{cells[1]} << 32;
        }
        value = static_cast<T>(bits);
    } else {
        for (int i = 0; i < W; ++i) {
            value[i] = ((cells[i / 32] >> (i % 32)) & 1) != 0;
        }
    }
}

template <typename L, typename T, typename F>
void visit(T& value, const F& function);

template <typename T, typename F, int W>
void visit_as(Integer<W>*, T& value, const F& function) {
    function(value, std::integral_constant<int, W>{});
}
template <typename T, typename F, int N, typename E>
void visit_as(Array<N, E>*, T& value, const F& function) {
    for (int i = 0; i < N; ++i) {
        visit<E>(value[i], function);
    }
}
#define FPDEEP_MEMBERS(count, ...)                                                \
    else if constexpr (sizeof...(M) == count) {                                   \
        auto& [__VA_ARGS__] = value;                                              \
        visit_each<M...>(function, __VA_ARGS__);                                  \
    }
template <typename... M, typename F, typename... T>
void visit_each(const F& function, T&... members) {
    (visit<M>(members, function), ...);
}
template <typename T, typename F, typename... M>
void visit_as(Structure<M...>*, T& value, const F& function) {
    static_assert(sizeof...(M) <= 16, "structures of up to 16 members");
    if constexpr (sizeof...(M) == 0) {
    }
    FPDEEP_MEMBERS(1, a)
    FPDEEP_MEMBERS(2, a, b)
    FPDEEP_MEMBERS(3, a, b, c)
    FPDEEP_MEMBERS(4, a, b, c, d)
    FPDEEP_MEMBERS(5, a, b, c, d, e)
    FPDEEP_MEMBERS(6, a, b, c, d, e, f)
    FPDEEP_MEMBERS(7, a, b, c, d, e, f, g)
    FPDEEP_MEMBERS(8, a, b, c, d, e, f, g, h)
    FPDEEP_MEMBERS(9, a, b, c, d, e, f, g, h, i)
    FPDEEP_MEMBERS(10, a, b, c, d, e, f, g, h, i, j)
    FPDEEP_MEMBERS(11, a, b, c, d, e, f, g, h, i, j, k)
    FPDEEP_MEMBERS(12, a, b, c, d, e, f, g, h, i, j, k, l)
    FPDEEP_MEMBERS(13, a, b, c, d, e, f, g, h, i, j, k, l, m)
    FPDEEP_MEMBERS(14, a, b, c, d, e, f, g, h, i, j, k, l, m, n)
    FPDEEP_MEMBERS(15, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
    FPDEEP_MEMBERS(16, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
}
#undef FPDEEP_MEMBERS
template <typename T, typename F, typename M>
void visit_as(Structure<M, M>*, std::complex<T>& value, const F& function) {
    visit_each<M, M>(function, reinterpret_cast<T(&)[2]>(value)[0], reinterpret_cast<T(&)[2]>(value)[1]);
}
template <typename T, typename F, typename M>
void visit_as(Structure<M, M>*, const std::complex<T>& value, const F& function) {
    visit_each<M, M>(function, reinterpret_cast<const T(&)[2]>(value)[0], reinterpret_cast<const T(&)[2]>(value)[1]);
}

template <typename L, typename T, typename F>
void visit(T& value, const F& function) {
    visit_as(static_cast<L*>(nullptr), value, function);
}

// The integers of a value, each in cells of its own.
template <typename L, typename T>
void append_integers(const T& value, std::vector<std::uint32_t>& cells) {
    visit<L>(value, [&](const auto& one, auto width) {
        cells.resize(cells.size() + (width + 31) / 32);
        integer_to_cells<width>(one, cells.data() + cells.size() - (width + 31) / 32);
    });
}
template <typename L, typename T>
const std::uint32_t* take_integers(T& value, const std::uint32_t* cells) {
    visit<L>(value, [&](auto& one, auto width) {
        integer_from_cells<width>(one, cells);
        cells += (width + 31) / 32;
    });
    return cells;
}

}  // namespace fpdeep
