// What the other headers share, and the markers that `#pragma HLS` lines become before compilation.
#pragma once
#include "cstddef"
#include "cstdint"

namespace hls_detail {
template <bool C> struct enable {};
template <> struct enable<true> {
    using type = void;
};
}  // namespace hls_detail

extern "C" {
void __hls_mark_pipeline(int initiation_interval) noexcept;
void __hls_mark_pipeline_off() noexcept;
void __hls_mark_unroll(int factor) noexcept;
void __hls_mark_flatten_off() noexcept;
void __hls_mark_dataflow() noexcept;
constexpr void __hls_mark_inline() noexcept {}  // a call of a function, for constexpr functions too
void __hls_mark_tripcount(int least, int most, int average) noexcept;
void __hls_mark_partition(const volatile void *object, int dimension, int kind, int factor) noexcept;
void __hls_mark_storage(const volatile void *object, int implementation) noexcept;
void __hls_mark_depth(const volatile void *object, int depth) noexcept;
void __hls_mark_banks(const volatile void *object, int banks) noexcept;
void __hls_mark_dependence(const volatile void *object, int distance) noexcept;
void __hls_mark_reset(const volatile void *object) noexcept;
void __hls_mark_layout(int place, const char *text, int bytes) noexcept;
void *__hls_stream_read(const volatile void *stream, int width, int count, int stride, bool is_signed) noexcept;
void *__hls_stream_try_read(const volatile void *stream, int width, int count, int stride, bool is_signed) noexcept;
bool __hls_token_ok(const void *token) noexcept;
void *__hls_stream_begin(const volatile void *stream, int width, int count, int stride) noexcept;
void __hls_stream_write(const void *token) noexcept;
bool __hls_stream_try_write(const void *token) noexcept;
bool __hls_stream_empty(const volatile void *stream) noexcept;
bool __hls_stream_full(const volatile void *stream) noexcept;
void __hls_stream_declare(const volatile void *stream, int depth, int width) noexcept;
void __hls_burst_read_request(const volatile void *memory, unsigned long long offset, unsigned long long length) noexcept;
void *__hls_burst_read(const volatile void *memory, int width, int count, int stride, bool is_signed) noexcept;
void __hls_burst_write_request(const volatile void *memory, unsigned long long offset, unsigned long long length) noexcept;
void __hls_burst_write(const void *token, unsigned long long low, unsigned long long high) noexcept;
void __hls_burst_read_request_at(const volatile void *memory, unsigned long long byte, unsigned long long length, int size) noexcept;
void __hls_burst_write_request_at(const volatile void *memory, unsigned long long byte, unsigned long long length, int size) noexcept;
void *__hls_burst_read_at(const volatile void *memory, int width, int count, int stride, bool is_signed) noexcept;
void __hls_burst_write_at(const void *token, unsigned long long low, unsigned long long high) noexcept;
void __hls_burst_response(const volatile void *memory) noexcept;
void *__hls_shared_memory(const volatile void *array) noexcept;  // the array, which may be any other one too
void *__hls_structure() noexcept;  // an object whose members are others
void __hls_member(const volatile void *member, const volatile void *object) noexcept;
void __hls_fence_object(const volatile void *object, int side) noexcept;
void __hls_fence() noexcept;
void __hls_task(const void *task, const void *function, ...) noexcept;
}

namespace hls_detail {
template <typename T> struct object_of {
    static const volatile void *get(const volatile T &object) { return &object; }
};
template <typename T> struct object_of<T *> {
    static const volatile void *get(T *const volatile &pointer) { return const_cast<T *const &>(pointer); }
};
}  // namespace hls_detail

// The object that `variable=` of a pragma names; an array argument is a pointer to it.
template <typename T> inline const volatile void *__hls_object(const volatile T &object) {
    return hls_detail::object_of<T>::get(object);
}
