// concat: the operands one after the other along one axis.
#include <cstring>

#include "reference/call.h"
#include "reference/strides.h"

namespace laminet::reference {
namespace {

void run_concat(const Call& call) {
  const auto axis = static_cast<size_t>(call.instruction().number("axis"));
  const Shape& shape = call.result_shape();
  const size_t outer = static_cast<size_t>(span_count(shape, 0, axis));
  const size_t inner = static_cast<size_t>(span_count(shape, axis + 1, shape.size())) * dtype_bytes(call.result_type().dtype);
  const size_t result_row = static_cast<size_t>(shape[axis]) * inner;
  size_t start = 0;
  for (size_t i = 0; i < call.operand_count(); ++i) {
    const size_t row = static_cast<size_t>(call.operand_shape(i)[axis]) * inner;
    if (row == 0) continue;
    for (size_t block = 0; block < outer; ++block) {
      std::memcpy(call.result<char>() + block * result_row + start, call.operand<char>(i) + block * row, row);
    }
    start += row;
  }
}

const Registration registration{"concat", run_concat};

}  // namespace
}  // namespace laminet::reference
