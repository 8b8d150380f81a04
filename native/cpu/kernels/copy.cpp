// Strided copies: axes are put in the order of the destination and joined where both sides allow; then the innermost one or two are
// done as runs, fills or blocked transpositions.
#include "copy.h"

#include <omp.h>

#include <cstring>

#include "isa.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace {

constexpr int64_t kParallelElements = 16 * 1024;
constexpr int64_t kRun = 8 * 1024;  // elements of a run that one thread takes at once
constexpr int64_t kBlock = 32;      // side of the squares of a transposition: both sides fit the first-level cache

int64_t magnitude(int64_t stride) { return stride < 0 ? -stride : stride; }

bool remove_unit_axes(const CopySpace& space, CopySpace& result) {
  for (int k = 0; k < space.rank; ++k) {
    if (space.extents[k] == 0) return false;
    if (space.extents[k] == 1) continue;
    result.extents[result.rank] = space.extents[k];
    result.from[result.rank] = space.from[k];
    result.to[result.rank++] = space.to[k];
  }
  return true;
}

void swap_axes(CopySpace& space, int first, int second) {
  for (int64_t* list : {space.extents, space.from, space.to}) {
    const int64_t value = list[first];
    list[first] = list[second];
    list[second] = value;
  }
}

void sort_by_destination(CopySpace& space) {
  for (int k = 1; k < space.rank; ++k) {
    for (int i = k; i > 0 && magnitude(space.to[i - 1]) < magnitude(space.to[i]); --i) swap_axes(space, i - 1, i);
  }
}

void join_axes(CopySpace& space) {
  int rank = 0;
  for (int k = 0; k < space.rank; ++k) {
    const int64_t extent = space.extents[k];
    if (rank > 0 && space.from[rank - 1] == space.from[k] * extent && space.to[rank - 1] == space.to[k] * extent) {
      space.extents[rank - 1] *= extent;
      space.from[rank - 1] = space.from[k];
      space.to[rank - 1] = space.to[k];
    } else {
      space.extents[rank] = extent;
      space.from[rank] = space.from[k];
      space.to[rank++] = space.to[k];
    }
  }
  space.rank = rank;
}

// Offsets of one index of the outer axes, moved on one by one.
struct Position {
  const CopySpace& space;
  int rank;  // outer axes
  int64_t index[kCopyRank] = {};
  int64_t from = 0, to = 0;

  Position(const CopySpace& whole, int outer_rank, int64_t start) : space(whole), rank(outer_rank) {
    for (int k = rank - 1; k >= 0; --k) {
      index[k] = start % space.extents[k];
      start /= space.extents[k];
      from += index[k] * space.from[k];
      to += index[k] * space.to[k];
    }
  }

  void advance() {
    for (int k = rank - 1; k >= 0; --k) {
      from += space.from[k];
      to += space.to[k];
      if (++index[k] < space.extents[k]) return;
      from -= space.extents[k] * space.from[k];
      to -= space.extents[k] * space.to[k];
      index[k] = 0;
    }
  }
};

// Calls body(from, to, begin, end) so that every piece begin ... end - 1 of `pieces` is done for every outer index.
template <typename Body>
void for_each_piece(const CopySpace& space, int outer_rank, int64_t inner, int64_t piece, const Body& body) {
  int64_t outer = 1;
  for (int k = 0; k < outer_rank; ++k) outer *= space.extents[k];
  const int64_t pieces = (inner + piece - 1) / piece, total = outer * pieces;
  int64_t elements = 1;
  for (int k = 0; k < space.rank; ++k) elements *= space.extents[k];
#pragma omp parallel if (elements >= kParallelElements && total > 1)
  {
    const int64_t thread = omp_get_thread_num(), threads = omp_get_num_threads();
    const int64_t begin = total * thread / threads, end = total * (thread + 1) / threads;
    Position position(space, outer_rank, begin / pieces);
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t first = unit % pieces * piece, last = first + piece < inner ? first + piece : inner;
      body(position.from, position.to, first, last);
      if (unit % pieces == pieces - 1) position.advance();
    }
  }
}

template <typename T>
void copy_run(int64_t count, const T* source, int64_t from, T* destination, int64_t to) {
  if (to == 1 && from == 1) {
    if (count * sizeof(T) >= 256) {
      std::memcpy(destination, source, static_cast<size_t>(count) * sizeof(T));
    } else {
      for (int64_t i = 0; i < count; ++i) destination[i] = source[i];
    }
  } else if (to == 1 && from == 0) {
    const T value = *source;
    for (int64_t i = 0; i < count; ++i) destination[i] = value;
  } else {
    for (int64_t i = 0; i < count; ++i) destination[i * to] = source[i * from];
  }
}

// 4 x 4: column i of the source becomes row i of the destination.
template <typename T>
LAMINET_INLINE void transpose_square(const T* source, int64_t from, T* destination, int64_t to) {
  if constexpr (sizeof(T) == 4) {
    typedef T Row __attribute__((vector_size(16)));
    Row row[4];
    for (int i = 0; i < 4; ++i) std::memcpy(&row[i], source + i * from, sizeof(Row));
    const Row low0 = __builtin_shuffle(row[0], row[1], Row{0, 4, 1, 5}), high0 = __builtin_shuffle(row[0], row[1], Row{2, 6, 3, 7});
    const Row low1 = __builtin_shuffle(row[2], row[3], Row{0, 4, 1, 5}), high1 = __builtin_shuffle(row[2], row[3], Row{2, 6, 3, 7});
    const Row result[4] = {__builtin_shuffle(low0, low1, Row{0, 1, 4, 5}), __builtin_shuffle(low0, low1, Row{2, 3, 6, 7}),
                           __builtin_shuffle(high0, high1, Row{0, 1, 4, 5}), __builtin_shuffle(high0, high1, Row{2, 3, 6, 7})};
    for (int i = 0; i < 4; ++i) std::memcpy(destination + i * to, &result[i], sizeof(Row));
  } else {
    for (int i = 0; i < 4; ++i) {
      for (int j = 0; j < 4; ++j) destination[i * to + j] = source[j * from + i];
    }
  }
}

// destination[i * to + j] = source[j * from + i] for i < height, j < width.
template <typename T>
void transpose_block(int64_t height, int64_t width, const T* source, int64_t from, T* destination, int64_t to) {
  const int64_t whole_height = height / 4 * 4, whole_width = width / 4 * 4;
  for (int64_t i = 0; i < whole_height; i += 4) {
    for (int64_t j = 0; j < whole_width; j += 4) transpose_square(source + j * from + i, from, destination + i * to + j, to);
    for (int64_t k = i; k < i + 4; ++k) {
      for (int64_t j = whole_width; j < width; ++j) destination[k * to + j] = source[j * from + k];
    }
  }
  for (int64_t i = whole_height; i < height; ++i) {
    for (int64_t j = 0; j < width; ++j) destination[i * to + j] = source[j * from + i];
  }
}

// The axis along which the source is contiguous, to be the other side of a transposition; -1: none.
int find_source_axis(const CopySpace& space) {
  const int last = space.rank - 1;
  if (space.to[last] != 1 || space.from[last] == 1 || space.from[last] == 0) return -1;
  for (int k = 0; k < last; ++k) {
    if (space.from[k] == 1 && space.extents[k] >= 4 && space.extents[last] >= 4) return k;
  }
  return -1;
}

template <typename T>
void copy_elements(const CopySpace& given, const T* source, T* destination) {
  CopySpace space;
  if (!remove_unit_axes(given, space)) return;
  sort_by_destination(space);
  join_axes(space);
  if (space.rank == 0) {
    *destination = *source;
    return;
  }
  const int last = space.rank - 1, source_axis = find_source_axis(space);
  if (source_axis < 0) {
    const int64_t from = space.from[last], to = space.to[last];
    for_each_piece(space, last, space.extents[last], kRun, [&](int64_t from_base, int64_t to_base, int64_t first, int64_t end) {
      copy_run(end - first, source + from_base + first * from, from, destination + to_base + first * to, to);
    });
    return;
  }
  for (int k = source_axis; k < last - 1; ++k) swap_axes(space, k, k + 1);
  const int64_t from = space.from[last], to = space.to[last - 1], width = space.extents[last];
  for_each_piece(space, last - 1, space.extents[last - 1], kBlock, [&](int64_t from_base, int64_t to_base, int64_t first, int64_t end) {
    for (int64_t j = 0; j < width; j += kBlock) {
      const int64_t columns = width - j < kBlock ? width - j : kBlock;
      transpose_block(end - first, columns, source + from_base + first + j * from, from, destination + to_base + first * to + j, to);
    }
  });
}

void copy(const CopySpace& space, size_t element_bytes, const void* source, void* destination) {
  switch (element_bytes) {
    case 1: return copy_elements(space, static_cast<const uint8_t*>(source), static_cast<uint8_t*>(destination));
    case 4: return copy_elements(space, static_cast<const uint32_t*>(source), static_cast<uint32_t*>(destination));
    default: return copy_elements(space, static_cast<const uint64_t*>(source), static_cast<uint64_t*>(destination));
  }
}

void fill(int64_t count, size_t element_bytes, const void* value, void* destination) {
  CopySpace space;
  space.rank = 1;
  space.extents[0] = count;
  space.to[0] = 1;
  copy(space, element_bytes, value, destination);
}

void gather(int64_t outer, int64_t axis, int64_t inner, size_t element_bytes, const void* x, const int32_t* indices, int64_t count,
            void* y) {
  const int64_t row_bytes = inner * static_cast<int64_t>(element_bytes);
  const char* source = static_cast<const char*>(x);
  char* destination = static_cast<char*>(y);
#pragma omp parallel for if (outer * count * inner >= kParallelElements)
  for (int64_t row = 0; row < outer * count; ++row) {
    const int64_t index = indices[row % count], clamped = index < 0 ? 0 : index >= axis ? axis - 1 : index;
    std::memcpy(destination + row * row_bytes, source + (row / count * axis + clamped) * row_bytes, static_cast<size_t>(row_bytes));
  }
}

}  // namespace

extern const CopyKernels copy_table;
const CopyKernels copy_table = {copy, fill, gather};

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
