// Products of row-major matrices by cuBLASLt: what is asked for, and the algorithm that was chosen for it.
#pragma once

#include <cublasLt.h>

#include <memory>
#include <string>

#include "descriptors.h"
#include "runtime/program.h"

namespace laminet::cuda::blas {

enum class Epilogue { none, bias, bias_relu, bias_gradient };

// y[batch, rows, columns] = a[batch, rows, depth] b[batch, depth, columns]; a transposed operand lies with its last two axes swapped.
struct Product {
  DType dtype = DType::f32;
  int64_t batch = 1, rows = 0, columns = 0, depth = 0;
  bool transpose_a = false, transpose_b = false;
  Epilogue epilogue = Epilogue::none;  // bias [columns]; bias_gradient: the sums of b over the depth, also [columns]
  bool tensor_float32 = true;          // float32 operands may be rounded to TF32
};

struct Addresses {
  const void* a;
  const void* b;
  void* y;
};

class Multiplication {
 public:
  // Asks the heuristics, once for all runs: the algorithm is fixed and its workspace is its own, so equal operands give equal bits in
  // every run. Null, with the reason in `refusal`, when the library has no algorithm.
  static std::unique_ptr<Multiplication> choose(cublasLtHandle_t handle, const Product& product, const std::string& place,
                                                std::string& refusal);

  size_t workspace_bytes() const { return workspace_bytes_; }
  std::string name() const;  // "algorithm 21"

  // Where the bias lies in the runs to come.
  void set_bias(const void* bias);
  void run(cublasLtHandle_t handle, const Addresses& at, void* workspace, cudaStream_t stream) const;

 private:
  Multiplication(const Product& product, const std::string& place);

  const std::string place_;
  const bool in_double_;
  Operation operation_;
  Matrices first_, second_, result_;
  cublasLtMatmulAlgo_t algorithm_{};
  size_t workspace_bytes_ = 0;
};

}  // namespace laminet::cuda::blas
