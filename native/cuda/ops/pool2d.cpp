// max_pool2d, avg_pool2d and their gradients.
#include "cuda/kernels/pool2d.h"

#include <algorithm>

#include "cuda/kernels/divide.h"
#include "cuda/lowering.h"

namespace laminet::cuda {

namespace {

bool countable(const WindowAxis& axis) {
  return axis.input + axis.before + axis.after + axis.window + axis.stride <= kMostIndices && axis.stride * axis.output <= kMostIndices;
}

// Kernels count the elements of one image in 32 bits.
bool countable(const Pool2d& pool) {
  const WindowAxis &rows = pool.window.rows, &columns = pool.window.columns;
  const int64_t cells = std::max(rows.input * columns.input, rows.output * columns.output);
  return countable(rows) && countable(columns) && cells * pool.channels <= kMostIndices;
}

// The pooling of `instruction` over images of type `x`.
bool describe(const Instruction& instruction, const Type& x, Pool2d& pool, std::string& refusal) {
  pool = {x.dtype, x.shape[0], x.shape[3], pool_geometry(instruction, x.shape)};
  if (!is_float(x.dtype)) refusal = std::string("no kernel for ") + dtype_name(x.dtype);
  else if (!countable(pool)) refusal = "an image of more than 2^31 - 1 elements";
  return refusal.empty();
}

bool max_pool2d(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  Pool2d pool;
  if (!describe(instruction, lowering.type(instruction.operands[0]), pool, refusal)) return false;
  const int x = lowering.tensor(instruction.operands[0]), y = lowering.tensor(instruction.results[0]);
  lowering.add(instruction, {instruction.op, "own kernel"}, work([=](const Places& at, Context& context) {
                 launch_max_pool2d(pool, at.at(x), at.at(y), context.stream());
               }));
  return true;
}

bool max_pool2d_backward(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  Pool2d pool;
  if (!describe(instruction, lowering.type(instruction.results[0]), pool, refusal)) return false;
  const int x = lowering.tensor(instruction.operands[0]), y = lowering.tensor(instruction.operands[1]);
  const int dy = lowering.tensor(instruction.operands[2]), dx = lowering.tensor(instruction.results[0]);
  lowering.add(instruction, {instruction.op, "own kernel"}, work([=](const Places& at, Context& context) {
                 launch_max_pool2d_backward(pool, at.at(x), at.at(y), at.at(dy), at.at(dx), context.stream());
               }));
  return true;
}

bool avg_pool2d(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  Pool2d pool;
  if (!describe(instruction, lowering.type(instruction.operands[0]), pool, refusal)) return false;
  const int x = lowering.tensor(instruction.operands[0]), y = lowering.tensor(instruction.results[0]);
  lowering.add(instruction, {instruction.op, "own kernel"}, work([=](const Places& at, Context& context) {
                 launch_avg_pool2d(pool, at.at(x), at.at(y), context.stream());
               }));
  return true;
}

bool avg_pool2d_backward(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  Pool2d pool;
  if (!describe(instruction, lowering.type(instruction.results[0]), pool, refusal)) return false;
  const int dy = lowering.tensor(instruction.operands[0]), dx = lowering.tensor(instruction.results[0]);
  lowering.add(instruction, {instruction.op, "own kernel"}, work([=](const Places& at, Context& context) {
                 launch_avg_pool2d_backward(pool, at.at(dy), at.at(dx), context.stream());
               }));
  return true;
}

const Registration max_registration{"max_pool2d", 0, max_pool2d};
const Registration max_backward_registration{"max_pool2d_backward", 0, max_pool2d_backward};
const Registration avg_registration{"avg_pool2d", 0, avg_pool2d};
const Registration avg_backward_registration{"avg_pool2d_backward", 0, avg_pool2d_backward};

}  // namespace

}  // namespace laminet::cuda
