// Forward, and the gradient of the source, which is the same with the windows turned round. Every thread takes runs of tiles through all
// three stages, so that what lies between them stays in its cache.
#include "winograd.h"

#include <omp.h>

#include "winograd_windows.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace LAMINET_WINOGRAD {
namespace {

constexpr int64_t kSourceBytes = 512 << 10;  // of a run of tiles at the points: what stays in a second-level cache
constexpr int64_t kGroup = 4;                // blocks of filters that a run meets at a time

// How tiles are shared out, and where the stages leave their results. A line lies between two points, or they would fall on the same places
// of the cache.
struct Plan {
  Windows windows;
  int64_t tiles, runs;
  int64_t source_step, result_step;  // floats from one point to the next

  Plan(const WinogradShape& shape, int64_t threads)
      : windows(shape),
        tiles(shape.images * tiles_along(shape.rows.output) * tiles_along(shape.columns.output)) {
    const int64_t most = std::max<int64_t>(kSourceBytes / (kPoints * static_cast<int64_t>(sizeof(float)) * shape.channels), kMostRows);
    const int64_t wanted = (tiles + most - 1) / most;
    runs = std::min((wanted + threads - 1) / threads * threads, tiles);
    const int64_t longest = (tiles + runs - 1) / runs;
    source_step = longest * shape.channels + kLine;
    result_step = longest * kGroup * kBlock + kLine;
  }
  int64_t thread_floats() const { return kPoints * (source_step + result_step); }
};

// A run of tiles.
struct Run {
  const WinogradShape& shape;
  const Plan& plan;
  const float *x, *windows;
  const WinogradTail& tail;
  float* y;
  float *source, *result;  // of this thread, at the points
  int64_t first, count;    // tiles
};

// source: [point][block of channels][tile][channel]
void transform_source(const Run& run) {
  const WinogradShape& shape = run.shape;
  const int64_t blocks = shape.channels / kBlock;
  float* to = run.source;
  for (int64_t block = 0; block < blocks; ++block) {
    TileWalk walk(shape, run.first);
    for (int64_t tile = 0; tile < run.count; ++tile, walk.next(), to += kBlock)
      transform_cells(shape, run.x, blocks, block, walk,
                      [&](int point, const Vector& value) { store(to + point * run.plan.source_step, value); });
  }
}

// The products of all points with blocks begin ... end - 1 of the filters. A few tiles meet all of these while they are in the nearest
// cache.
// result: [point][pair of blocks of filters][tile][filter of the pair]
void multiply_windows(const Run& run, int64_t begin, int64_t end) {
  const int64_t parts = (run.count + kMostRows - 1) / kMostRows;
  const Windows& windows = run.plan.windows;
  for (int64_t point = 0; point < kPoints; ++point)
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t tile = run.count * part / parts, rows = run.count * (part + 1) / parts - tile;
      for (int64_t filter = begin; filter < end; filter += kMostColumns) {
        const int64_t columns = windows.columns(filter);
        const auto& multiply = columns == kMostColumns ? kMultiplyRows<kMostColumns, kBlock, kBlock> : kMultiplyRows<1, kBlock, kBlock>;
        multiply[rows - 1]({.a = run.source + point * run.plan.source_step + tile * kBlock,
                            .runs = windows.channel_blocks,
                            .run_step = run.count * kBlock,
                            .b = run.windows + windows.place(filter) + point * windows.step(columns),
                            .c = run.result + point * run.plan.result_step + ((filter - begin) * run.count + tile * columns) * kBlock,
                            .c_step = columns * kBlock,
                            .add = false});
      }
    }
}

LAMINET_INLINE Vector finished(const Vector& product, const Vector& bias, float slope) {
  const Vector value = product + bias;
  if (slope == 1) return value;
  const Vector scaled = slope == 0 ? Vector{} : value * slope;
  return value < 0 ? scaled : value;
}

// One block of filters, whose products begin at `from`, `step` floats from tile to tile.
void transform_result(const Run& run, int64_t filter, const float* from, int64_t step) {
  const WinogradShape& shape = run.shape;
  const int64_t rows = shape.rows.output, columns = shape.columns.output;
  const Vector bias = run.tail.bias == nullptr ? Vector{} : load(run.tail.bias + filter * kBlock);
  TileWalk walk(shape, run.first);
  for (int64_t tile = 0; tile < run.count; ++tile, walk.next(), from += step) {
    float* to = run.y + ((walk.image * (shape.filters / kBlock) + filter) * rows * columns + walk.row() * columns + walk.column()) * kBlock;
    const int64_t high = rows - walk.row(), wide = columns - walk.column();
    Vector products[kCells][kCells];
    for (int point = 0; point < kPoints; ++point) products[point / kCells][point % kCells] = load(from + point * run.plan.result_step);
    transform<kCells, kTile>(products, [](const auto& m, auto& y) { results(m, y); }, [&](int cell, const Vector& value) {
      const int i = cell / kTile, j = cell % kTile;
      if (i < high && j < wide) store(to + (i * columns + j) * kBlock, finished(value, bias, run.tail.slope));
    });
  }
}

void convolve(const Run& run) {
  const Windows& windows = run.plan.windows;
  transform_source(run);
  for (int64_t begin = 0; begin < windows.filter_blocks; begin += kGroup) {
    const int64_t end = std::min(begin + kGroup, windows.filter_blocks);
    multiply_windows(run, begin, end);
    for (int64_t filter = begin; filter < end; ++filter) {
      const int64_t pair = filter / kMostColumns * kMostColumns, columns = windows.columns(pair);
      transform_result(run, filter, run.result + ((pair - begin) * run.count + filter - pair) * kBlock, columns * kBlock);
    }
  }
}

size_t windows_bytes(const WinogradShape& shape) { return static_cast<size_t>(Windows(shape).floats()) * sizeof(float); }

void make_windows(const WinogradShape& shape, const float* weights, bool turned, float* windows) {
  transform_windows(Windows(shape), weights, turned, windows);
}

size_t scratch_bytes(const WinogradShape& shape, int threads) {
  return static_cast<size_t>(threads * Plan(shape, threads).thread_floats()) * sizeof(float);
}

void convolve(const WinogradShape& shape, const float* x, const float* windows, const WinogradTail& tail, float* y, int threads,
              void* scratch) {
  const Plan plan(shape, threads);
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int64_t index = 0; index < plan.runs; ++index) {
    float* source = static_cast<float*>(scratch) + omp_get_thread_num() * plan.thread_floats();
    const int64_t first = plan.tiles * index / plan.runs, count = plan.tiles * (index + 1) / plan.runs - first;
    convolve({shape, plan, x, windows, tail, y, source, source + kPoints * plan.source_step, first, count});
  }
}

}  // namespace

extern const WinogradKernels table{kTile, kBlock, windows_bytes, make_windows, scratch_bytes, convolve, backward_weights_scratch, backward_weights};

}  // namespace LAMINET_WINOGRAD
}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
