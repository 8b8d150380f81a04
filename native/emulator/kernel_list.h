// LAMINET_KERNELS on the emulated device: enters each instance, so that the runtime finds what to run for a launch of it.
#pragma once

#include <type_traits>

#include "emulator/device_calls.h"

namespace laminet::emulator {

template <typename Arguments>
void enter_kernel(void (*kernel)(Arguments)) {
  static_assert(std::is_trivially_copyable_v<Arguments>, "a kernel takes one plain struct by value");
  const auto run = [](const void* kernel, const void* arguments) {
    reinterpret_cast<void (*)(Arguments)>(const_cast<void*>(kernel))(*static_cast<const Arguments*>(arguments));
  };
  laminet_emulator_register_kernel(reinterpret_cast<const void*>(kernel), run, sizeof(Arguments));
}

template <auto... kernels>
struct KernelList {
  KernelList() { (enter_kernel(kernels), ...); }
};

}  // namespace laminet::emulator

#define LAMINET_PASTE_(a, b) a##b
#define LAMINET_PASTE(a, b) LAMINET_PASTE_(a, b)
#define LAMINET_KERNELS(...) \
  [[maybe_unused]] static const ::laminet::emulator::KernelList<__VA_ARGS__> LAMINET_PASTE(kernel_list_, __COUNTER__);
