// The gradient of the weights: F(3x3, 4x4) or F(3x3, 3x3), the tiles of the result's gradient being the windows. Tiles go through in chunks that stay in
// the outer caches; within a chunk each thread makes whole products of matrices, point after point, so every sum has one order however many
// threads there are.
#include <omp.h>

#include <algorithm>

#include "winograd_product.h"
#include "winograd_tiles.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace LAMINET_WINOGRAD {
namespace {

constexpr int64_t kChunkBytes = 4 << 20;               // of both images at the points
constexpr int64_t kLeastChunk = 64, kMostChunk = 512;  // tiles
constexpr int64_t kNearTiles = 64;                     // of one point, that stay in the nearest cache
constexpr int kRows = kBlock / 2;                      // of a product

struct GradientPlan {
  int64_t tiles, chunks;
  int64_t blocks, filter_blocks;
  int64_t groups;                                // of filters: kGradientColumns blocks or fewer
  int64_t source_step, gradient_step, sum_step;  // floats from one point to the next; a line more than needed, as in winograd.cpp

  explicit GradientPlan(const WinogradShape& shape)
      : tiles(shape.images * tiles_along(shape.rows.output) * tiles_along(shape.columns.output)),
        blocks(shape.channels / kBlock),
        filter_blocks(shape.filters / kBlock),
        groups((filter_blocks + kGradientColumns - 1) / kGradientColumns) {
    const int64_t tile_bytes = kPoints * static_cast<int64_t>(sizeof(float)) * (shape.channels + shape.filters);
    const int64_t wanted = std::clamp(kChunkBytes / tile_bytes, kLeastChunk, kMostChunk);
    chunks = (tiles + wanted - 1) / wanted;
    const int64_t longest = (tiles + chunks - 1) / chunks;
    source_step = shape.channels * longest + kLine;
    gradient_step = shape.filters * longest + kLine;
    sum_step = shape.channels * shape.filters + kLine;
  }
  size_t bytes() const {
    const int64_t bias = omp_get_max_threads() * filter_blocks * kBlock;
    return static_cast<size_t>(kPoints * (source_step + gradient_step + sum_step) + bias) * sizeof(float);
  }
  // The first block of a group.
  int64_t start(int64_t group) const { return filter_blocks * group / groups; }
};

struct Gradient {
  const WinogradShape& shape;
  const GradientPlan& plan;
  const float *x, *dy;
  float *source, *gradient, *sums;  // at the points
};

// Of the tiles of all images: chunk first ... first + count - 1, and in it, begin ... end - 1 for this thread.
struct Chunk {
  int64_t first, count, begin, end;
};

// source: [point][block of channels][tile][channel]
void transform_source(const Gradient& task, const Chunk& chunk) {
  for (int64_t block = 0; block < task.plan.blocks; ++block) {
    TileWalk walk(task.shape, chunk.first + chunk.begin);
    float* to = task.source + (block * chunk.count + chunk.begin) * kBlock;
    for (int64_t tile = chunk.begin; tile < chunk.end; ++tile, walk.next(), to += kBlock)
      transform_cells(task.shape, task.x, task.plan.blocks, block, walk,
                      [&](int point, const Vector& value) { store(to + point * task.plan.source_step, value); });
  }
}

// One block of filters into `to`, `step` floats from tile to tile. The sum of all cells is added to `bias`.
void transform_gradient(const Gradient& task, const Chunk& chunk, int64_t filter, float* to, int64_t step, float* bias) {
  const int64_t rows = task.shape.rows.output, columns = task.shape.columns.output, plane = rows * columns * kBlock;
  TileWalk walk(task.shape, chunk.first + chunk.begin);
  Vector sum = load(bias);
  for (int64_t tile = chunk.begin; tile < chunk.end; ++tile, walk.next(), to += step) {
    Vector cells[kTile][kTile];
    load_cells(task.dy + (walk.image * task.plan.filter_blocks + filter) * plane, rows, columns, walk.row(), walk.column(), cells);
    for (int i = 0; i < kTile; ++i) {
      Vector row = cells[i][0];
      for (int j = 1; j < kTile; ++j) row += cells[i][j];
      sum += row;
    }
    transform<kTile, kCells>(cells, [](const auto& g, auto& t) { window_points(g, t); },
                             [&](int point, const Vector& value) { store(to + point * task.plan.gradient_step, value); });
  }
  store(bias, sum);
}

// gradient: [point][group of filters][tile][filter of the group]
void transform_gradient(const Gradient& task, const Chunk& chunk, float* bias) {
  for (int64_t group = 0; group < task.plan.groups; ++group) {
    const int64_t start = task.plan.start(group), columns = task.plan.start(group + 1) - start;
    float* to = task.gradient + (start * chunk.count + chunk.begin * columns) * kBlock;
    for (int64_t column = 0; column < columns; ++column)
      transform_gradient(task, chunk, start + column, to + column * kBlock, columns * kBlock, bias + (start + column) * kBlock);
  }
}

// The products of one point with the group of filters that begins with block `start`. The group's part of the gradient stays in the
// nearest cache while all channels meet it. sums: [point][group of filters][channel][filter of the group]
template <int kColumns>
void multiply_group(const Gradient& task, int64_t tiles, int64_t point, int64_t start, bool add) {
  const int64_t channels = task.shape.channels;
  const float* source = task.source + point * task.plan.source_step;
  const float* gradient = task.gradient + point * task.plan.gradient_step + start * tiles * kBlock;
  float* sums = task.sums + point * task.plan.sum_step + start * channels * kBlock;
  for (int64_t tile = 0; tile < tiles; tile += kNearTiles)
    for (int64_t row = 0; row < channels; row += kRows)
      multiply<kRows, kColumns, 1, 1>({.a = source + (row / kBlock * tiles + tile) * kBlock + row % kBlock,
                                       .runs = std::min(tiles - tile, kNearTiles),
                                       .run_step = kBlock,
                                       .b = gradient + tile * kColumns * kBlock,
                                       .c = sums + row * kColumns * kBlock,
                                       .c_step = kColumns * kBlock,
                                       .add = add || tile > 0});
}

void multiply_groups(const Gradient& task, int64_t tiles, bool add) {
#pragma omp for collapse(2) schedule(static)
  for (int64_t point = 0; point < kPoints; ++point)
    for (int64_t group = 0; group < task.plan.groups; ++group) {
      const int64_t start = task.plan.start(group), columns = task.plan.start(group + 1) - start;
      if (columns == 3) multiply_group<3>(task, tiles, point, start, add);
      if (columns == 2) multiply_group<2>(task, tiles, point, start, add);
      if (columns == 1) multiply_group<1>(task, tiles, point, start, add);
    }
}

// One block of filters and one channel, whose sums begin at `from`.
void transform_sums(const Gradient& task, const float* from, int64_t filter, int64_t channel, float* dweights) {
  float* to = dweights + ((filter * task.plan.blocks + channel / kBlock) * kTaps * kTaps * kBlock + channel % kBlock) * kBlock;
  Vector products[kCells][kCells];
  for (int point = 0; point < kPoints; ++point) products[point / kCells][point % kCells] = load(from + point * task.plan.sum_step);
  transform<kCells, kTaps>(products, [](const auto& m, auto& y) { results(m, y); },
                           [&](int tap, const Vector& value) { store(to + tap * kBlock * kBlock, value); });
}

void transform_sums(const Gradient& task, float* dweights) {
#pragma omp for collapse(2) schedule(static)
  for (int64_t group = 0; group < task.plan.groups; ++group)
    for (int64_t channel = 0; channel < task.shape.channels; ++channel) {
      const int64_t start = task.plan.start(group), columns = task.plan.start(group + 1) - start;
      const float* from = task.sums + (start * task.shape.channels + channel * columns) * kBlock;
      for (int64_t column = 0; column < columns; ++column)
        transform_sums(task, from + column * kBlock, start + column, channel, dweights);
    }
}

void sum_bias(const float* of_threads, int64_t threads, int64_t filters, float* dbias) {
  std::fill_n(dbias, filters, 0.0F);
  for (int64_t thread = 0; thread < threads; ++thread)
    for (int64_t filter = 0; filter < filters; ++filter) dbias[filter] += of_threads[thread * filters + filter];
}

}  // namespace

size_t backward_weights_scratch(const WinogradShape& shape) { return GradientPlan(shape).bytes(); }

void backward_weights(const WinogradShape& shape, const float* x, const float* dy, float* dweights, float* dbias, void* scratch) {
  const GradientPlan plan(shape);
  auto* source = static_cast<float*>(scratch);
  float* gradient = source + kPoints * plan.source_step;
  float* sums = gradient + kPoints * plan.gradient_step;
  float* biases = sums + kPoints * plan.sum_step;  // of each thread
  const Gradient task{shape, plan, x, dy, source, gradient, sums};
#pragma omp parallel
  {
    const int64_t thread = omp_get_thread_num(), threads = omp_get_num_threads();
    float* bias = biases + thread * shape.filters;
    std::fill_n(bias, shape.filters, 0.0F);
    for (int64_t index = 0; index < plan.chunks; ++index) {
      const int64_t first = plan.tiles * index / plan.chunks, count = plan.tiles * (index + 1) / plan.chunks - first;
      const Chunk chunk{first, count, count * thread / threads, count * (thread + 1) / threads};
      transform_source(task, chunk);
      transform_gradient(task, chunk, bias);
#pragma omp barrier
      multiply_groups(task, count, index > 0);  // ends with a barrier
    }
    transform_sums(task, dweights);
#pragma omp single
    if (dbias != nullptr) sum_bias(biases, threads, shape.filters, dbias);
  }
}

}  // namespace LAMINET_WINOGRAD
}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
