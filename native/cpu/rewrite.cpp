#include "rewrite.h"

#include <utility>

#include "fold.h"
#include "graph.h"

namespace laminet::cpu {

namespace {

// A rectifier's backward op that looks at the rectifier's result, which is what was pooled.
bool masks(const Instruction& mask, int pooled, int gradient) {
  return (mask.op == "relu_backward" || mask.op == "leaky_relu_backward") && mask.operands[0] == pooled && mask.operands[1] == gradient;
}

// mask(r, max_pool2d_backward(r, y, dy)) = max_pool2d_backward(r, y, mask(y, dy)): every gradient goes to an element of r that equals its
// element of y. The mask then runs on the pooled image, which is a fourth or a ninth, and r is not read again.
void mask_before_unpooling(Program& program) {
  const Graph graph(program);
  for (int index = 0; index < static_cast<int>(program.instructions.size()); ++index) {
    Instruction& unpool = program.instructions[index];
    if (unpool.op != "max_pool2d_backward") continue;
    const int gradient = unpool.results.front(), reader = graph.only_reader(gradient);
    if (reader < 0 || !masks(program.instructions[reader], unpool.operands[0], gradient)) continue;
    Instruction& mask = program.instructions[reader];
    // The gradient of a batch norm masks for nothing, on the way.
    const int next = graph.only_reader(mask.results.front());
    if (next >= 0 && program.instructions[next].op == "batch_norm_backward") continue;
    // The two change places and results.
    mask.operands = {unpool.operands[1], unpool.operands[2]};
    unpool.operands[2] = gradient;
    std::swap(mask.results, unpool.results);
    program.types[gradient] = program.types[mask.operands[1]];
    std::swap(mask, unpool);
    program.producers[gradient] = index;
    program.producers[program.instructions[reader].results.front()] = reader;
  }
}

}  // namespace

Program rewrite(Program program) {
  mask_before_unpooling(program);
  fold_scales(program);
  return program;
}

}  // namespace laminet::cpu
