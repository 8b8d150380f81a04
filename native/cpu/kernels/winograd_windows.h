// The weights at the points: [pair of blocks of filters][point][channel][filter of the pair]. The last pair may be one block.
#pragma once

#include <algorithm>

#include "winograd_product.h"
#include "winograd_tiles.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace LAMINET_WINOGRAD {

struct Windows {
  int64_t channel_blocks, filter_blocks;

  explicit Windows(const WinogradShape& shape) : channel_blocks(shape.channels / kBlock), filter_blocks(shape.filters / kBlock) {}

  // Blocks of the pair that begins with block `filter`.
  int64_t columns(int64_t filter) const { return std::min<int64_t>(filter_blocks - filter, kMostColumns); }
  // Floats from one point to the next.
  int64_t step(int64_t columns) const { return channel_blocks * columns * kBlock * kBlock + kLine; }
  int64_t floats() const { return place(filter_blocks) + kPoints * kLine; }
  int64_t place(int64_t filter) const {
    return kPoints * (filter * channel_blocks * kBlock * kBlock + filter / kMostColumns * kLine);
  }
};

// Weights of one pair of blocks, [tap][channel][filter], turned round, filters and channels changing places.
static inline void turn(const float* from, float* to) {
  constexpr int kLast = kTaps * kTaps - 1;
  for (int tap = 0; tap <= kLast; ++tap)
    for (int channel = 0; channel < kBlock; ++channel)
      for (int filter = 0; filter < kBlock; ++filter)
        to[((kLast - tap) * kBlock + filter) * kBlock + channel] = from[(tap * kBlock + channel) * kBlock + filter];
}

// Of one pair of blocks of filters and one block of channels. `weights`: OIhwio, or IOhwoi when `turned`.
static inline void transform_windows(const Windows& windows, const float* weights, bool turned, int64_t filter, int64_t channel,
                                     float* points) {
  constexpr int64_t kPair = kTaps * kTaps * kBlock * kBlock;
  const int64_t columns = windows.columns(filter);
  const float* from[kMostColumns];
  alignas(64) float buffer[kMostColumns][kPair];
  for (int64_t column = 0; column < columns; ++column) {
    const int64_t there = filter + column;
    from[column] = weights + (turned ? channel * windows.filter_blocks + there : there * windows.channel_blocks + channel) * kPair;
    if (!turned) continue;
    turn(from[column], buffer[column]);
    from[column] = buffer[column];
  }
  for (int64_t lane = 0; lane < kBlock; ++lane)
    for (int64_t column = 0; column < columns; ++column) {
      float* to = points + windows.place(filter) + ((channel * kBlock + lane) * columns + column) * kBlock;
      Vector taps[kTaps][kTaps];
      for (int tap = 0; tap < kTaps * kTaps; ++tap) taps[tap / kTaps][tap % kTaps] = load(from[column] + (tap * kBlock + lane) * kBlock);
      transform<kTaps, kCells>(taps, [](const auto& g, auto& t) { window_points(g, t); }, [&](int point, const Vector& value) {
        store(to + point * windows.step(columns), value);
      });
    }
}

// Of all; the threads share the work.
static inline void transform_windows(const Windows& windows, const float* weights, bool turned, float* points) {
#pragma omp parallel for collapse(2) schedule(static)
  for (int64_t filter = 0; filter < windows.filter_blocks; filter += kMostColumns)
    for (int64_t channel = 0; channel < windows.channel_blocks; ++channel)
      transform_windows(windows, weights, turned, filter, channel, points);
}

}  // namespace LAMINET_WINOGRAD
}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
