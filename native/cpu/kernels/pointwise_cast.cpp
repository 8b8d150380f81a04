#include "pointwise_loop.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace {

struct Boolean {};  // a byte that holds 0 or 1

template <typename From, typename To>
void run_cast(int64_t count, const void* x, const void*, const void*, void* result, double, double) {
  using Source = std::conditional_t<std::is_same_v<From, Boolean>, uint8_t, From>;
  const Source* xs = static_cast<const Source*>(x);
  if constexpr (std::is_same_v<To, Boolean>) {
    uint8_t* results = static_cast<uint8_t*>(result);
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) results[i] = xs[i] != Source(0);
  } else {
    To* results = static_cast<To*>(result);
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) results[i] = math::convert<To>(xs[i]);
  }
}

template <typename From>
TileFunction cast_from(DType to) {
  switch (to) {
    case DType::f32: return run_cast<From, float>;
    case DType::f64: return run_cast<From, double>;
    case DType::i32: return run_cast<From, int32_t>;
    case DType::u8: return run_cast<From, uint8_t>;
    default: return run_cast<From, Boolean>;
  }
}

}  // namespace

TileFunction find_cast(DType from, DType to) {
  switch (from) {
    case DType::f32: return cast_from<float>(to);
    case DType::f64: return cast_from<double>(to);
    case DType::i32: return cast_from<int32_t>(to);
    case DType::u8: return cast_from<uint8_t>(to);
    default: return cast_from<Boolean>(to);
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
