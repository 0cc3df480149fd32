// hls::vector for native C simulation: N elements of T that move as one word.
#pragma once

#include <array>
#include <cstddef>

namespace hls {

template <typename T, std::size_t N>
class vector {
  public:
    using value_type = T;

    vector() = default;
    vector(const T& value) { elements_.fill(value); }

    T& operator[](std::size_t index) { return elements_[index]; }
    const T& operator[](std::size_t index) const { return elements_[index]; }
    static constexpr std::size_t size() { return N; }
    auto begin() { return elements_.begin(); }
    auto begin() const { return elements_.begin(); }
    auto end() { return elements_.end(); }
    auto end() const { return elements_.end(); }

    friend bool operator==(const vector& a, const vector& b) { return a.elements_ == b.elements_; }
    friend bool operator!=(const vector& a, const vector& b) { return !(a == b); }

  private:
    std::array<T, N> elements_{};
};

}  // namespace hls
