// A training step's [batch norm, activation, max pooling without overlap]: its forward kernel writes the pooled image, the places of the
// maxima and x there; its backward kernel reads these and x. The images between them, and their gradients, are never made.
#include "batch_norm_pool.h"

#include <algorithm>

#include "batch_norm.h"
#include "cpu/call_work.h"
#include "cpu/kernels/batch_norm_pool.h"
#include "max_pool2d.h"

namespace laminet::cpu {

namespace {

// The instructions, in both directions; the activation may be missing.
struct Chain {
  int norm = -1, activation = -1, pool = -1;
  int unpool = -1, mask = -1, gradient = -1;

  std::vector<int> forward() const { return activation < 0 ? std::vector{norm, pool} : std::vector{norm, activation, pool}; }
  std::vector<int> backward() const { return mask < 0 ? std::vector{unpool, gradient} : std::vector{unpool, mask, gradient}; }
};

// These read the value, and nobody else does.
bool read_by(const ClaimGraph& graph, int value, std::vector<int> readers) {
  std::sort(readers.begin(), readers.end());
  return !graph.leaves(value) && graph.readers(value) == readers;
}

int reader_called(const ClaimGraph& graph, int value, const std::string& op) {
  for (const int reader : graph.readers(value))
    if (graph.instruction(reader).op == op) return reader;
  return -1;
}

bool windows_keep_apart(const WindowAxis& axis) {
  const int64_t last = (axis.output - 1) * axis.stride - axis.before;  // its first cell
  return axis.stride >= axis.window && axis.output > 0 && axis.before >= 0 && axis.before < axis.window && last < axis.input;
}

bool suits(const ClaimGraph& graph, const Instruction& pool) {
  const Shape& shape = graph.shape(pool.operands[0]);
  const WindowGeometry geometry = pool_geometry(pool, shape);
  return refusal_of_max_pool(graph, pool, pool.operands[0]).empty() && windows_keep_apart(geometry.rows) &&
         windows_keep_apart(geometry.columns);
}

// The only reader of `value`, if that differentiates `forward`; else -1.
int gradient_of(const ClaimGraph& graph, int value, int forward) {
  const int reader = graph.only_reader(value);
  return reader >= 0 && differentiates(graph.instruction(reader), graph.instruction(forward)) ? reader : -1;
}

std::optional<Chain> chain_from(const ClaimGraph& graph, int norm) {
  Chain chain;
  chain.norm = norm;
  int value = graph.instruction(norm).results[0];  // that is pooled
  for (const char* op : {"relu", "leaky_relu"}) {
    const int activation = reader_called(graph, value, op);
    if (chain.activation >= 0 || activation < 0) continue;
    if (!read_by(graph, value, {activation})) return std::nullopt;
    chain.activation = activation;
    value = graph.instruction(activation).results.front();
  }
  chain.pool = reader_called(graph, value, "max_pool2d");
  chain.unpool = reader_called(graph, value, "max_pool2d_backward");
  if (chain.pool < 0 || chain.unpool < 0 || !suits(graph, graph.instruction(chain.pool))) return std::nullopt;
  const Instruction& unpool = graph.instruction(chain.unpool);
  if (!differentiates(unpool, graph.instruction(chain.pool)) || unpool.operands[2] == value) return std::nullopt;
  int gradient = unpool.results.front();
  std::vector<int> readers{chain.pool, chain.unpool};
  if (chain.activation >= 0) {
    chain.mask = gradient_of(graph, gradient, chain.activation);
    if (chain.mask < 0) return std::nullopt;
    gradient = graph.instruction(chain.mask).results.front();
    readers.push_back(chain.mask);
  }
  chain.gradient = gradient_of(graph, gradient, norm);
  const bool whole = chain.gradient >= 0 && graph.instruction(chain.gradient).operands[5] == gradient && read_by(graph, value, readers);
  return whole ? std::optional(chain) : std::nullopt;
}

class PooledBatchNormKernel : public BatchNormKernel {
 public:
  const Instruction* pool = nullptr;

 protected:
  // Adds a step `run(options, memory)`, whole or in slices of these images.
  template <typename Run>
  void add_step(Lowering& lowering, const Normalization& norm, const Pooling& pooling, std::vector<int> reads, int coefficients,
                std::vector<int> writes, const Run& run) const {
    std::vector<int> images = reads;
    images.insert(images.end(), writes.begin(), writes.end());
    reads.push_back(coefficients);
    lowering.begin(name, layer);
    const BatchNormPool whole{with_shape(settings, norm.shape), pooling.shape};
    lowering.add(std::move(reads), std::move(writes), call_work([=](void* const* memory) { run(whole, memory); }), norm.layout.text());
    lowering.slice({norm.batch, std::move(images), [=, settings = settings](Library&, int64_t count) {
                      const BatchNormPool some{with_shape(settings, norm.slice(count)), pooling.slice(count)};
                      return slice_work([=](const Slice& slice) { run(some, slice.memory); });
                    }});
  }
};

uint8_t* bytes(void* const* memory, int tensor) { return static_cast<uint8_t*>(memory[tensor]); }

class PooledBatchNormForward : public PooledBatchNormKernel {
 public:
  void lower(Lowering& lowering) const override {
    const Normalization norm = Normalization::of(lowering, operands[0]);
    const Pooling pooling = Pooling::from(*pool, norm.layout, lowering.type(operands[0]).shape, lowering.type(results[0]).shape);
    const int x = lowering.use(operands[0], norm.layout), coefficients = lowering.scratch(norm.coefficient_bytes(), "coefficients");
    add_statistics(lowering, norm, x, coefficients);
    const int y = lowering.define(results[0], pooling.destination), places = lowering.scratch(pooling.places(), "places");
    const int x_at_maximum = lowering.temporary(pooling.destination, "x at maximum");
    lowering.poolings.insert_or_assign(results[0], SavedPooling{pooling.source, places, x_at_maximum});
    const auto run = [=](const BatchNormPool& options, void* const* memory) {
      batch_norm_pool_kernels().forward(options, floats(memory, x), memory[coefficients], floats(memory, y), floats(memory, x_at_maximum),
                                        bytes(memory, places));
    };
    add_step(lowering, norm, pooling, {x}, coefficients, {y, x_at_maximum, places}, run);
  }
};

class PooledBatchNormBackward : public PooledBatchNormKernel {
 public:
  void lower(Lowering& lowering) const override {
    const int pooled = operands.back();
    const SavedPooling saved = lowering.poolings.at(pooled);
    const Shape &shape = lowering.type(operands[0]).shape, &pooled_shape = lowering.type(pooled).shape;
    const Normalization norm = Normalization::in(saved.image, image_block(saved.image), shape);
    const Pooling pooling = Pooling::from(*pool, saved.image, shape, pooled_shape);
    const int x = lowering.use(operands[0], norm.layout), dy = lowering.use(operands[5], pooling.destination);
    const int coefficients = lowering.scratch(norm.coefficient_bytes(), "coefficients");
    const Normalization pooled_norm = Normalization::in(pooling.destination, norm.shape.block, pooled_shape);
    add_sums(lowering, pooled_norm, saved.x_at_maximum, dy, coefficients);
    const int dx = lowering.define(results[0], norm.layout);
    const auto run = [=](const BatchNormPool& options, void* const* memory) {
      batch_norm_pool_kernels().differentiate(options, floats(memory, x), floats(memory, saved.x_at_maximum), bytes(memory, saved.places),
                                              floats(memory, dy), memory[coefficients], floats(memory, dx));
    };
    add_step(lowering, norm, pooling, {x, saved.x_at_maximum, saved.places, dy}, coefficients, {dx}, run);
  }
};

}  // namespace

KernelPtr claim_pooled_batch_norm(const ClaimGraph& graph, int batch_norm) {
  const std::optional<Chain> chain = chain_from(graph, batch_norm);
  if (!chain) return nullptr;
  auto kernel = std::make_unique<PooledBatchNormForward>();
  kernel->cover(graph, batch_norm);
  kernel->pool = &graph.instruction(chain->pool);
  if (chain->activation >= 0) kernel->set_activation(graph.instruction(chain->activation));
  kernel->instructions = chain->forward();
  kernel->results[0] = kernel->pool->results.front();
  return kernel;
}

KernelPtr claim_pooled_batch_norm_backward(const ClaimGraph& graph, int batch_norm_backward) {
  const int norm = graph.producer(graph.instruction(batch_norm_backward).operands[3]);
  if (graph.instruction(norm).op != "batch_norm") return nullptr;
  const std::optional<Chain> chain = chain_from(graph, norm);
  if (!chain || chain->gradient != batch_norm_backward || !graph.claimed(chain->pool)) return nullptr;
  auto kernel = std::make_unique<PooledBatchNormBackward>();
  const Instruction& unpool = graph.instruction(chain->unpool);
  kernel->cover(graph, batch_norm_backward);
  kernel->pool = &graph.instruction(chain->pool);
  if (chain->activation >= 0) kernel->set_activation(graph.instruction(chain->activation));
  kernel->instructions = chain->backward();
  kernel->operands[5] = unpool.operands[2];
  kernel->operands.push_back(kernel->pool->results.front());
  const Shape& image = graph.shape(kernel->operands[0]);
  kernel->settings.count = element_count(image) / image.back();
  return kernel;
}

}  // namespace laminet::cpu
