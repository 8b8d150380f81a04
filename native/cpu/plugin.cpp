// The one symbol of laminet_cpu.so.
#include "device.h"

extern "C" LAMINET_PUBLIC laminet::Backend* laminet_backend_open(int abi, std::string* why_not) {
  if (abi != laminet::kBackendAbi) {
    *why_not = "laminet_cpu.so speaks version " + std::to_string(laminet::kBackendAbi) + " of the plugin contract, expected " +
               std::to_string(abi) + "; rebuild it";
    return nullptr;
  }
  try {
    static laminet::Backend* const backend = laminet::cpu::make_backend().release();
    return backend;
  } catch (const std::exception& error) {
    *why_not = error.what();
    return nullptr;
  }
}
