// The JavaScript object of an open device.
#pragma once

#include "handles.h"

namespace laminet::addon {

class NativeDevice : public Napi::ObjectWrap<NativeDevice> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit NativeDevice(const Napi::CallbackInfo& info);

 private:
  Napi::Value name(const Napi::CallbackInfo& info);
  Napi::Value description(const Napi::CallbackInfo& info);
  Napi::Value allocate(const Napi::CallbackInfo& info);
  Napi::Value upload(const Napi::CallbackInfo& info);
  void write(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value program(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value run_and_read(const Napi::CallbackInfo& info);
  Napi::Value flush(const Napi::CallbackInfo& info);
  Napi::Value memory(const Napi::CallbackInfo& info);
  Napi::Value kernels(const Napi::CallbackInfo& info);
  Napi::Value plan(const Napi::CallbackInfo& info);
  void set_profiling(const Napi::CallbackInfo& info);
  Napi::Value choices(const Napi::CallbackInfo& info);
  void adopt_choices(const Napi::CallbackInfo& info);
  Napi::Value timeline(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  Arguments arguments(const Napi::CallbackInfo& info, const Program& program);
  SlotPtr input(const Napi::Value& value, const Type& type, size_t position);

  ConnectionPtr connection_;
};

}  // namespace laminet::addon
