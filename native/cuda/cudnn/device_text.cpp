// The text by which cuDNN knows a GPU: reports carry it, and plans can be made from it where the GPU is not (Target::described).
#include "descriptor.h"
#include "runtime/visibility.h"

// For laminet_cuda.so. Valid until the next call; empty when cuDNN does not tell.
extern "C" LAMINET_PUBLIC const char* laminet_cuda_device_text(int index) {
  using laminet::cuda::cudnn::Descriptor;
  static auto* const text = new std::string;
  text->clear();
  try {
    Descriptor device(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
    device.set(CUDNN_ATTR_DEVICEPROP_DEVICE_ID, int32_t{index});
    device.finalize();
    const std::vector<char> letters = device.elements<char>(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION);
    text->assign(letters.begin(), letters.end());
    while (!text->empty() && text->back() == '\0') text->pop_back();
  } catch (const laminet::cuda::cudnn::Refusal&) {
    text->clear();
  }
  return text->c_str();
}
