// random_uniform in [low, high) and random_normal: element i is a function of (state, stream, i) alone (runtime/philox.h).
#include "reference/call.h"
#include "runtime/philox.h"

namespace laminet::reference {
namespace {

// Calls body(first element, words) for every block of four elements.
template <typename Body>
void for_each_block(const Call& call, const Body& body) {
  const auto stream = static_cast<uint32_t>(call.instruction().number("stream"));
  const int64_t count = element_count(call.result_shape());
  for (int64_t first = 0; first < count; first += 4) {
    body(first, philox_block(call.operand<int32_t>(0), stream, static_cast<uint64_t>(first / 4)));
  }
}

void run_random_uniform(const Call& call) {
  const double low = call.instruction().number("low"), high = call.instruction().number("high");
  const int64_t count = element_count(call.result_shape());
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() {
    T* y = call.result<T>();
    for_each_block(call, [&](int64_t first, const PhiloxWords& words) {
      for (int64_t i = first; i < first + 4 && i < count; ++i) {
        y[i] = static_cast<T>(philox_uniform(words.word[i - first], static_cast<Arithmetic<T>>(low), static_cast<Arithmetic<T>>(high)));
      }
    });
  });
}

void run_random_normal(const Call& call) {
  const int64_t count = element_count(call.result_shape());
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() {
    T* y = call.result<T>();
    for_each_block(call, [&](int64_t first, const PhiloxWords& words) {
      Arithmetic<T> values[4];
      philox_normal(words.word[0], words.word[1], values[0], values[1]);
      philox_normal(words.word[2], words.word[3], values[2], values[3]);
      for (int64_t i = first; i < first + 4 && i < count; ++i) y[i] = static_cast<T>(values[i - first]);
    });
  });
}

const Registration uniform_registration{"random_uniform", run_random_uniform};
const Registration normal_registration{"random_normal", run_random_normal};

}  // namespace
}  // namespace laminet::reference
