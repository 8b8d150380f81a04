// cuBLASLt's descriptors, freed by their owners. `place` is for errors.
#pragma once

#include <cublasLt.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace laminet::cuda::blas {

// A handle of the library that `destroy` frees.
template <typename Handle, auto destroy>
class Owned {
 public:
  Owned() = default;
  ~Owned() {
    if (handle_ != nullptr) destroy(handle_);
  }
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&&) = delete;

  Handle get() const { return handle_; }

 protected:
  Handle handle_ = nullptr;
};

// What is multiplied how.
class Operation final : public Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy> {
 public:
  Operation(cublasComputeType_t compute, cudaDataType_t scale, const std::string& place);

  template <typename T>
  void set(cublasLtMatmulDescAttributes_t attribute, const T& value, const std::string& place) {
    write(attribute, &value, sizeof value, place);
  }

 private:
  void write(cublasLtMatmulDescAttributes_t attribute, const void* value, size_t bytes, const std::string& place);
};

// Equal matrices, one behind the other, each in column-major order without gaps.
class Matrices final : public Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy> {
 public:
  Matrices(cudaDataType_t type, int64_t rows, int64_t columns, int64_t batch, const std::string& place);
};

// What the heuristics may choose from.
class Preference final : public Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy> {
 public:
  // Sums that several blocks share are added up in workspace and in the type of the sums, not in the type of the result.
  Preference(uint64_t workspace_bytes, const std::string& place);
};

}  // namespace laminet::cuda::blas
