// Copies and fills. What pointers must be follows from the direction; pageable host memory makes an asynchronous copy wait as the runtime's
// documentation says ("API synchronization behavior"): from it the source is staged at once, to it the host waits.
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "emulator/api.h"
#include "emulator/capture.h"
#include "emulator/host_memory.h"
#include "emulator/memory.h"
#include "emulator/streams.h"

namespace laminet::emulator {
namespace {

// `rows` pieces of `width` bytes, whose beginnings lie a pitch apart.
struct Copy {
  void* to;
  size_t to_pitch;
  const void* from;
  size_t from_pitch;
  size_t width;
  size_t rows;
  cudaMemcpyKind kind;
};

size_t span(size_t pitch, size_t width, size_t rows) { return rows ? pitch * (rows - 1) + width : 0; }
size_t source_span(const Copy& copy) { return span(copy.from_pitch, copy.width, copy.rows); }
size_t target_span(const Copy& copy) { return span(copy.to_pitch, copy.width, copy.rows); }

cudaMemcpyKind actual_kind(const Copy& copy) {
  if (copy.kind != cudaMemcpyDefault) return copy.kind;
  const bool from = is_device_address(copy.from);
  const bool to = is_device_address(copy.to);
  return from ? to ? cudaMemcpyDeviceToDevice : cudaMemcpyDeviceToHost : to ? cudaMemcpyHostToDevice : cudaMemcpyHostToHost;
}

bool reads_device(cudaMemcpyKind kind) { return kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice; }
bool writes_device(cudaMemcpyKind kind) { return kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice; }

// The memory behind one side of a copy or fill.
void* side(const char* name, const void* pointer, size_t bytes, bool device, const char* which) {
  if (device) {
    if (void* memory = memory_behind(pointer, bytes)) return memory;
    refuse(cudaErrorInvalidValue, std::string(name) + ": " + which + " of " + std::to_string(bytes) + " bytes is " + describe(pointer));
  }
  if (!is_device_address(pointer)) return const_cast<void*>(pointer);
  refuse(cudaErrorInvalidValue, std::string(name) + ": " + which + " should be host memory and is " + describe(pointer));
}

void count(const Copy& copy, cudaMemcpyKind kind) {
  ++counts().copies;
  const auto bytes = static_cast<int64_t>(copy.width * copy.rows);
  if (kind == cudaMemcpyHostToDevice) counts().bytes_to_device += bytes;
  if (kind == cudaMemcpyDeviceToHost) counts().bytes_to_host += bytes;
  if (kind == cudaMemcpyDeviceToDevice) counts().bytes_within_device += bytes;
}

void check(const char* name, const Copy& copy, cudaMemcpyKind kind) {
  if (copy.kind < cudaMemcpyHostToHost || copy.kind > cudaMemcpyDefault) refuse(cudaErrorInvalidMemcpyDirection, name);
  if (copy.width > copy.to_pitch || copy.width > copy.from_pitch) refuse(cudaErrorInvalidPitchValue, std::string(name) + ": rows overlap");
  side(name, copy.from, source_span(copy), reads_device(kind), "the source");
  side(name, copy.to, target_span(copy), writes_device(kind), "the target");
}

// Memory may have been freed since the copy was queued.
void run(const char* name, const Copy& copy, cudaMemcpyKind kind) {
  const auto* from = static_cast<const char*>(side(name, copy.from, source_span(copy), reads_device(kind), "the source"));
  auto* to = static_cast<char*>(side(name, copy.to, target_span(copy), writes_device(kind), "the target"));
  count(copy, kind);
  for (size_t row = 0; row < copy.rows; ++row) std::memmove(to + row * copy.to_pitch, from + row * copy.from_pitch, copy.width);
}

// The copy as work; `keep` lives as long.
Work copying(const char* name, const Copy& copy, cudaMemcpyKind kind, std::shared_ptr<void> keep = nullptr) {
  return {name, [=, keep = std::move(keep)] { run(name, copy, kind); }, 1, laminet_emulator_copy, kind, copy.width * copy.rows};
}

void copy_now(const char* name, const Copy& copy) {
  if (!copy.width || !copy.rows) return;
  const cudaMemcpyKind kind = actual_kind(copy);
  check(name, copy, kind);
  forbid_while_capturing(name);
  ++counts().synchronizations;
  submit(nullptr, copying(name, copy, kind));
}

// From pageable memory: what lies there now is what is copied.
void copy_staged(const char* name, Copy copy, cudaStream_t stream) {
  const auto* from = static_cast<const char*>(copy.from);
  auto staged = std::make_shared<std::vector<char>>(from, from + source_span(copy));
  copy.from = staged->data();
  submit(stream, copying(name, copy, cudaMemcpyHostToDevice, staged));
}

void copy_later(const char* name, const Copy& copy, cudaStream_t handle) {
  if (!copy.width || !copy.rows) return;
  const cudaMemcpyKind kind = actual_kind(copy);
  check(name, copy, kind);
  const bool pageable = kind == cudaMemcpyHostToHost ||
                        (kind == cudaMemcpyHostToDevice && !is_pinned(copy.from, source_span(copy))) ||
                        (kind == cudaMemcpyDeviceToHost && !is_pinned(copy.to, target_span(copy)));
  Stream* stream = stream_of(handle);
  if (pageable) forbid_if_captured(stream, (std::string(name) + " with pageable host memory").c_str());
  if (pageable && kind == cudaMemcpyHostToDevice) return copy_staged(name, copy, handle);
  submit(handle, copying(name, copy, kind));
  if (!pageable) return;
  ++counts().synchronizations;
  finish(stream);
}

void fill(const char* name, void* to, size_t pitch, int value, size_t width, size_t rows, cudaStream_t stream) {
  if (!width || !rows) return;
  if (width > pitch) refuse(cudaErrorInvalidPitchValue, std::string(name) + ": rows overlap");
  side(name, to, span(pitch, width, rows), true, "the target");
  submit(stream, {name, [=] {
                    auto* memory = static_cast<char*>(side(name, to, span(pitch, width, rows), true, "the target"));
                    ++counts().fills;
                    for (size_t row = 0; row < rows; ++row) std::memset(memory + row * pitch, value, width);
                  }, 1, laminet_emulator_fill, 0, width * rows});
}

}  // namespace
}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
  return call("cudaMemcpy", [=] { copy_now("cudaMemcpy", {to, bytes, from, bytes, bytes, 1, kind}); });
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  return call("cudaMemcpyAsync", [=] { copy_later("cudaMemcpyAsync", {to, bytes, from, bytes, bytes, 1, kind}, stream); });
}

cudaError_t cudaMemcpy2D(void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width, size_t rows,
                         cudaMemcpyKind kind) {
  return call("cudaMemcpy2D", [=] { copy_now("cudaMemcpy2D", {to, to_pitch, from, from_pitch, width, rows, kind}); });
}

cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width, size_t rows,
                              cudaMemcpyKind kind, cudaStream_t stream) {
  return call("cudaMemcpy2DAsync",
              [=] { copy_later("cudaMemcpy2DAsync", {to, to_pitch, from, from_pitch, width, rows, kind}, stream); });
}

cudaError_t cudaMemset(void* to, int value, size_t bytes) {
  return call("cudaMemset", [=] { fill("cudaMemset", to, bytes, value, bytes, 1, nullptr); });
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream) {
  return call("cudaMemsetAsync", [=] { fill("cudaMemsetAsync", to, bytes, value, bytes, 1, stream); });
}

cudaError_t cudaMemset2D(void* to, size_t pitch, int value, size_t width, size_t rows) {
  return call("cudaMemset2D", [=] { fill("cudaMemset2D", to, pitch, value, width, rows, nullptr); });
}

cudaError_t cudaMemset2DAsync(void* to, size_t pitch, int value, size_t width, size_t rows, cudaStream_t stream) {
  return call("cudaMemset2DAsync", [=] { fill("cudaMemset2DAsync", to, pitch, value, width, rows, stream); });
}

}  // extern "C"
