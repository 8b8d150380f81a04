// The one symbol of laminet_cuda13.so, which laminet_cuda.so calls when the libraries are loaded.
#include <cuda_runtime_api.h>

#include "device.h"

namespace laminet::cuda {
namespace {

class CudaBackend final : public Backend {
 public:
  std::string name() const override { return "cuda"; }
  std::unique_ptr<Device> open(const DeviceOptions& options) override { return std::make_unique<CudaDevice>(options); }
};

}  // namespace
}  // namespace laminet::cuda

extern "C" LAMINET_PUBLIC laminet::Backend* laminet_cuda_open(int abi, std::string* why_not) {
  if (abi != laminet::kBackendAbi) {
    *why_not = "laminet_cuda13.so speaks version " + std::to_string(laminet::kBackendAbi) + " of the plugin contract, expected " +
               std::to_string(abi) + "; rebuild it";
    return nullptr;
  }
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    *why_not = status == cudaSuccess ? std::string("no CUDA device") : std::string("cudaGetDeviceCount: ") + cudaGetErrorString(status);
    return nullptr;
  }
  static auto* const backend = new laminet::cuda::CudaBackend;
  return backend;
}
