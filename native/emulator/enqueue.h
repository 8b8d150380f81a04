// How the emulated libraries (libcudnn, libcublasLt) bring work to the emulated runtime: a library queues a function on a stream, as its
// real counterpart queues kernels, and asks what a pointer points to; the plugin says which tensors share an allocation. Exported by the
// emulated libcudart.so.13.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

extern "C" {

// `run(state)` is called when the stream comes to it: on a stream that is not captured at the latest when somebody waits for it, as on a
// GPU; once a replay when the stream is being captured. `destroy(state)` is called once, after the last run: then, or with the last graph
// that holds the work. `name` (copied) stands for the kernel in counts and errors. Counts as one launch. On a failure (a sticky error, say)
// nothing runs and `destroy` is called.
cudaError_t laminet_emulator_enqueue(cudaStream_t stream, const char* name, void (*run)(void* state), void* state,
                                     void (*destroy)(void* state));

// The bytes of device memory from `pointer` to the end of its allocation; 0 when it is no device memory that lives.
size_t laminet_emulator_device_bytes(const void* pointer);

// Device addresses cannot be followed by host code, here as on a GPU: the memory behind `bytes` bytes of device memory from `pointer` on.
// Call it in `run`, for every tensor. When they do not all lie in one allocation that lives, it ends the run with
// cudaErrorIllegalAddress (and does not return, as in a kernel).
void* laminet_emulator_memory_behind(const void* pointer, size_t bytes);

// Of the allocation at `base` only these parts are used, from now on: tensor i has bytes[i] bytes at offsets[i], and tensors may overlap.
// Kernels must not touch what is in none of them.
void laminet_emulator_note_tensors(void* base, const size_t* offsets, const size_t* bytes, int count);

}  // extern "C"
